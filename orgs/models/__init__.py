from orgs.models.api_key import ApiKey
from orgs.models.change import Change
from orgs.models.org import Org

__all__ = ["ApiKey", "Change", "Org"]
