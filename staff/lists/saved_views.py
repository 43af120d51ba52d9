from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from staff.models import SavedView

MAX_VIEWS = 30  # of one person and list


def save_view(*, user: User, list_name: str, name: str, query: str) -> SavedView:
    """Raises ValidationError."""
    if SavedView.objects.filter(user=user, list=list_name).count() >= MAX_VIEWS:
        raise ValidationError(f"A list has at most {MAX_VIEWS} saved views. Delete one first.")
    return _saved(SavedView(user=user, list=list_name, name=name.strip(), query=query))


def rename_view(*, user: User, view_id: int, name: str) -> SavedView:
    """Raises SavedView.DoesNotExist, also for another person's view, and ValidationError."""
    view = SavedView.objects.get(user=user, pk=view_id)
    view.name = name.strip()
    return _saved(view)


def delete_view(*, user: User, view_id: int) -> None:
    """Raises SavedView.DoesNotExist, also for another person's view."""
    SavedView.objects.get(user=user, pk=view_id).delete()


def _saved(view: SavedView) -> SavedView:
    view.full_clean()
    view.save()
    return view
