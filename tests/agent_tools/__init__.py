"""The tools for language models, through an agent's own client."""
