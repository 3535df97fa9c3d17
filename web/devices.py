"""What the list of one's sessions shows of where they are: a browser's name and system, and the network."""

from ipaddress import ip_address, ip_network

from starlette.requests import Request

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: Request) -> str:
    """ "Firefox, Linux" from the header User-Agent, or the first word of what a program calls itself."""
    agent = request.headers.get("user-agent", "")
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    known = ", ".join(name for name in found if name)
    first = agent.split(" ")[0][:60]
    return known or "".join(char for char in first if char.isprintable())


def network_of(request: Request) -> str:
    """The /24 or /48 that a request came from: enough to know a place again, too little to follow a person."""
    address = request.client.host if request.client else ""
    try:
        bits = 24 if ip_address(address).version == 4 else 48
        return str(ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return ""
