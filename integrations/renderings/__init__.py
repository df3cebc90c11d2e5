"""One typed report, many looks: text for a terminal, Markdown for forges, one HTML file.

All three first make the report inert (`inert.report`), then escape for their own syntax.
"""
