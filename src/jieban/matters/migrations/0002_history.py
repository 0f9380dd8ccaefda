"""One series of ids for all kinds, and events that the database itself refuses to edit or delete."""

from django.db import migrations

SERIES = "CREATE SEQUENCE matters_series START 1 INCREMENT 50"

REFUSE = """
CREATE FUNCTION matters_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events are history: they cannot be changed or removed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER event_is_history BEFORE UPDATE OR DELETE ON matters_event
    FOR EACH ROW EXECUTE FUNCTION matters_refuse();
CREATE TRIGGER events_stay BEFORE TRUNCATE ON matters_event
    FOR EACH STATEMENT EXECUTE FUNCTION matters_refuse();
CREATE TRIGGER unmasking_is_history BEFORE UPDATE OR DELETE ON people_unmasking
    FOR EACH ROW EXECUTE FUNCTION matters_refuse();
"""

UNDO = """
DROP TRIGGER unmasking_is_history ON people_unmasking;
DROP TRIGGER events_stay ON matters_event;
DROP TRIGGER event_is_history ON matters_event;
DROP FUNCTION matters_refuse();
"""


class Migration(migrations.Migration):
    """Series and triggers."""

    dependencies = [("matters", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.RunSQL(SERIES, "DROP SEQUENCE matters_series"),
        migrations.RunSQL(REFUSE, UNDO),
    ]
