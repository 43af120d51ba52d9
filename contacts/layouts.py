from contacts.export import COLUMNS as EXPORTED
from hindsight.text.csv_layouts import FileFields

# Several columns of one field are joined.
JOINTS = {"name": " ", "notes": "\n"}

FIELDS = FileFields(
    key="email",
    names={
        "email": "email emailaddress mail emailadresse workemail primaryemail",
        "name": "name fullname contactname contact | firstname lastname vorname nachname",
        "notes": "notes note notizen comments comment description",
    },
    exported=EXPORTED,
    joined=JOINTS,
)
