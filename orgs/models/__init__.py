from orgs.models.api_key import ApiKey, Scopes
from orgs.models.change import Change
from orgs.models.org import Logo, Org
from orgs.models.security_event import EventKind, SecurityEvent

__all__ = ["ApiKey", "Change", "EventKind", "Logo", "Org", "Scopes", "SecurityEvent"]
