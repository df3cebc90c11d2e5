"""The model's part: it asks, is checked, and explains. Imports langchain only when it runs."""
