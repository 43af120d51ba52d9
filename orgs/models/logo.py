from django.db import models


class Logo(models.Model):
    """The bytes of `Org.logo`, in the database, because several servers serve them."""

    org = models.OneToOneField("orgs.Org", on_delete=models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=40, db_index=True)
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
