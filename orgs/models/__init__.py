from orgs.models.append_only import Change, EventKind, SecurityEvent
from orgs.models.org import ApiKey, Logo, Org, Scopes

__all__ = ["ApiKey", "Change", "EventKind", "Logo", "Org", "Scopes", "SecurityEvent"]
