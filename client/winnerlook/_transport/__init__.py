"""How bytes travel: urllib3 for `Client`, asyncio for `AsyncClient`, both keeping the evidence of what left the machine."""
