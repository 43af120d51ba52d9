from deals.export import COLUMNS as EXPORTED
from hindsight.text.csv_layouts import FileFields

# Also the names of the exports of Salesforce and HubSpot.
FIELDS = FileFields(
    key="deal_id",
    names={
        "deal_id": "dealid | recordid opportunityid",
        "outcome": "outcome | result ergebnis | stage dealstage stagename phase",
        "reported_reason": "reportedreason | reason closedlostreason lossreason grund",
        "competitor": "competitor competitors maincompetitor maincompetitors wettbewerber",
        "segment": "segment",
        "amount": "amount dealamount betrag",
        "currency": "currency currencycode amountcurrency währung",
        "closed_at": "closedat closedate closingdate abschlussdatum",
    },
    exported=EXPORTED,
)
