"""Chat models: a server on the OpenAI protocol, and what stands around it (patience, pace, cost, memory)."""
