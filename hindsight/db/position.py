"""The order of long lists: `abs(id)` instead of `id`.

For `ORDER BY id DESC LIMIT n` PostgreSQL may scan the primary key across all orgs; only the composite indexes contain
`abs(id)`.
"""

from django.db.models.functions import Abs

POSITION = Abs("id")
