"""Pictures of a report as inline SVG: matplotlib draws, the page's style sheet colours."""
