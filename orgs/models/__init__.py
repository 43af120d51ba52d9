from orgs.models.api_key import ApiKey, Scopes
from orgs.models.change import Change
from orgs.models.org import Org
from orgs.models.security_event import EventKind, SecurityEvent

__all__ = ["ApiKey", "Change", "EventKind", "Org", "Scopes", "SecurityEvent"]
