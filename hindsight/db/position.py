"""The order of long lists.

The id, in words that only an index of the list's own is in: where statistics mislead it, PostgreSQL would go through
the primary key, newest first, past everybody else's rows. A long list needs an index on the org, its filter, and this.
"""

from django.db.models.functions import Abs

POSITION = Abs("id")
