"""How bytes travel: urllib3 for `Client`, aiohttp for `AsyncClient`, both keeping the evidence of what left the machine."""
