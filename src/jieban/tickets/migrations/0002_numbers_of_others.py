"""Two systems may give the same number: receipts (intake) tell them apart by source, a channel does not."""

from django.db import migrations


class Migration(migrations.Migration):
    """Drop the constraint on channel and external number."""

    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RemoveConstraint(model_name="ticket", name="ticket_once_per_channel")]
