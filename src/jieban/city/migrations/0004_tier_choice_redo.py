from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("city", "0003_exclusion_needs"),
    ]

    operations = [
        migrations.AddField(
            model_name="tierchoice",
            name="redo",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="tierchoice",
            name="alarm",
            field=models.BooleanField(default=False),
        ),
    ]
