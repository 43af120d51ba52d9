"""What objective, notes and picks steer to, by phrases and signs alone. test_reading.py has the encoder."""

import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

import pytest

from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.objective import steering
from interviews.paige.objective.reading import Source
from interviews.paige.objective.steering import Picks, Steering, steer
from interviews.paige.reading.readings import ObjectiveReading, TopicReading

WORDINGS = Path(__file__).with_name("wordings")
SHIPPED = Guide.from_data(shipped_guide("win_loss_buyer"))
# With one more phrase, the encoder does not know the topics.
BUYER = replace(
    SHIPPED,
    topics=tuple(replace(topic, objective_phrases=(*topic.objective_phrases, "zzz")) for topic in SHIPPED.topics),
)


def names(keys: str) -> tuple[str, ...]:
    return tuple(keys.split())


class TestObjective:
    @pytest.mark.parametrize(
        ("objective", "emphasize"),
        [
            ("First the demo, then pricing, then the competition", "experience pricing options"),
            ("Zuerst Listenpreise, danach die Wettbewerber", "pricing options"),
            ("D'abord l'ergonomie, ensuite les tarifs", "vendor pricing"),
            ("Primero la puesta en marcha y luego los costes", "experience pricing"),
            ("What did they think of the sales process?", "experience"),
            ("Understand the impact of the security review on the decision", "experience"),
            ("Étaient-ils satisfaits de notre marque ?", "vendor"),
            ("¿Qué papel jugó la marca?", "vendor"),
            ("price / features / approval chain", "pricing vendor process"),
            ("First who was involved, second how the price came up", "process pricing"),
            ("- budget\n- integrations\n- who signed off", "pricing vendor process"),
            ("Keep it short and friendly", ""),
            ("", ""),
        ],
    )
    def test_the_topics_stand_in_the_order_of_the_objective(self, objective: str, emphasize: str) -> None:
        assert steer(BUYER, objective).emphasize == names(emphasize)

    @pytest.mark.parametrize(
        ("objective", "emphasize", "avoid"),
        [
            ("Do not bring up pricing", "", "pricing"),
            ("Stay away from competitors and discounts", "", "options pricing"),
            ("We are not interested in the trial", "", "experience"),
            ("Avoid pricing, focus on the trial", "experience", "pricing"),
            ("Do not talk about price but about support", "experience", "pricing"),
            ("How did the demo go? Pricing is off limits.", "experience", "pricing"),
            ("Please avoid:\n- pricing\n- competitors\n\nAsk about the demo.", "experience", "pricing options"),
            ("Avoid pricing because legal is negotiating", "", "pricing"),
            ("Nicht auf den Preis eingehen", "", "pricing"),
            ("Funktionen ja, aber den Preis bitte nicht ansprechen", "vendor", "pricing"),
            ("Ohne Wettbewerber", "", "options"),
            ("Parler du support sans aborder le prix", "experience", "pricing"),
            ("Ne mentionnez pas les concurrents", "", "options"),
            ("We already know it was price. What we do not know is how the trial went.", "experience", "pricing"),
            ("The trigger we already know, ask about the demo", "experience", "trigger"),
            ("Do not ask, who decided", "", "process"),
            ("We do not want to know who decided", "", "process"),
            ("Nous ne voulons pas savoir qui a signé", "", "process"),
            ("Del piloto no digas nada", "", "experience"),
            ("Scheut euch nicht, nach dem Budget zu fragen", "pricing", ""),
            ("Instead of features ask about the trial", "experience", "vendor"),
            ("Do not ask about price/competitors", "", "pricing options"),
            ("Keine Fragen dazu, wer beteiligt war", "", "process"),
            ("Über die Kosten wissen wir schon alles, fragt nach der Demo", "experience", "pricing"),
            ("Wie war die Demo? Den Preis lassen wir weg.", "experience", "pricing"),
            ("On connaît déjà le prix. Parlez de la démo.", "experience", "pricing"),
            ("La demo sí. Del precio, mejor no hables.", "experience", "pricing"),
            ("Hablar del soporte, sin mencionar el precio", "experience", "pricing"),
            ("No preguntes por los competidores", "", "options"),
        ],
    )
    def test_a_negation_reaches_to_the_end_of_its_scope(self, objective: str, emphasize: str, avoid: str) -> None:
        found = steer(BUYER, objective)
        assert (found.emphasize, found.avoid) == (names(emphasize), names(avoid))

    @pytest.mark.parametrize(
        "objective",
        [
            "Don't forget to ask about price",
            "Make sure not to skip the price",
            "Do not end the interview without asking about price",
            "Find out why they did not mention the price",
            "Den Preis bitte nicht vergessen",
            "N'oubliez pas de parler du prix",
            "No olvides preguntar por el precio",
        ],
    )
    def test_a_double_negative_asks(self, objective: str) -> None:
        assert steer(BUYER, objective) == replace(steer(BUYER, objective), emphasize=("pricing",), avoid=())

    @pytest.mark.slow
    def test_200_wordings_avoid(self) -> None:
        wordings = (WORDINGS / "avoid_price.txt").read_text(encoding="utf-8").splitlines()
        assert len(wordings) >= 200
        both = {wording: steer(BUYER, f"Demo. {wording[0].upper()}{wording[1:]}") for wording in wordings}
        found = {wording: (each.emphasize, each.avoid) for wording, each in both.items()}
        wrong = {wording for wording, topics in found.items() if topics != (("experience",), ("pricing",))}
        assert wrong == {"pricing will be handled by the account team"}, "the team names a topic too"

    def test_60_double_negatives_ask(self) -> None:
        wordings = (WORDINGS / "ask_about_price.txt").read_text(encoding="utf-8").splitlines()
        assert len(wordings) >= 60
        found = {wording: steer(BUYER, wording) for wording in wordings}
        assert {wording: (each.emphasize, each.avoid) for wording, each in found.items()} == dict.fromkeys(
            wordings, (("pricing",), ())
        )

    @pytest.mark.parametrize(
        "objective",
        [
            "We never found out whether the price was an issue",
            "Which vendors besides us were on the shortlist?",
            "Nothing in Salesforce about the price",
            "The answers stay confidential",
            "Wer stand außer uns auf der Shortlist?",
            "Steht nichts im CRM zum Preis",
            "Étions-nous hors budget ?",
            "Pourquoi ont-ils dit non au prix ?",
            "Nunca supimos si el precio fue el problema",
            "No lo presionen con el precio",
        ],
    )
    def test_what_only_resembles_an_avoidance_avoids_nothing(self, objective: str) -> None:
        assert steer(BUYER, objective).avoid == ()

    def test_what_is_asked_and_avoided_is_avoided(self) -> None:
        found = steer(BUYER, "Ask about the budget. Do not mention discounts.")
        assert (found.emphasize, found.avoid) == ((), ("pricing",))

    def test_background_does_not_steer_if_the_objective_asks_for_something(self) -> None:
        objective = "Hi, Dana ran the pilot on their side. Please find out whether price was the reason. Thanks!"
        assert steer(BUYER, objective).emphasize == ("pricing",)

    @pytest.mark.parametrize(
        ("objective", "emphasize", "avoid"),
        [
            ("The pilot is a sore point, steer clear of it.", (), ("experience",)),
            ("Der Pilot lief schlecht, bitte nicht danach fragen.", (), ("experience",)),
            ("L'audit de sécurité s'est mal passé, inutile d'y revenir.", (), ("experience",)),
            ("The pilot went badly, avoid: pricing.", ("experience",), ("pricing",)),
            ("Avoid any talk about competitors.", (), ("options",)),
            ("We lost after the pilot. What happened? Ask who decided.", ("experience", "process"), ()),
            ("Ask about the demo, it was shown to their CFO.", ("experience",), ()),
            ("Pilot from 3 March, lost in legal. What did they pay?", ("pricing",), ()),
        ],
    )
    def test_what_a_clause_refers_to(self, objective: str, emphasize: tuple[str, ...], avoid: tuple[str, ...]) -> None:
        found = steer(BUYER, objective)
        assert (found.emphasize, found.avoid) == (emphasize, avoid)

    @pytest.mark.parametrize(
        ("objective", "emphasize", "avoid"),
        [
            ("How did the demo go? Do not fish for compliments on our product.", ("experience",), ("vendor",)),
            ("Wie lief der Support? Der Kriterienkatalog liegt uns vor.", ("experience",), ("criteria",)),
            ("Parler du support. Les autres fournisseurs, on n'en parle pas.", ("experience",), ("options",)),
            ("Hablar del soporte. El precio no queremos tocarlo.", ("experience",), ("pricing",)),
            ("Find out why the demo did not convince", ("experience",), ()),
            ("They did not see the demo. Ask about support.", ("experience",), ()),
            ("Do not end the call without an answer on the budget", ("pricing",), ()),
        ],
    )
    def test_negations_avoid_by_default(
        self, objective: str, emphasize: tuple[str, ...], avoid: tuple[str, ...]
    ) -> None:
        found = steer(BUYER, objective)
        assert (found.emphasize, found.avoid) == (emphasize, avoid)

    def test_the_reasons_are_exact_pieces_of_the_objective(self) -> None:
        objective = "Wie lief die Démo?  Über PREISE bitte nicht sprechen."
        found = {reason.topic: reason for reason in steer(BUYER, objective).reasons}
        assert all(reason.words in objective for reason in found.values())
        assert {(key, reason.source, reason.is_avoided) for key, reason in found.items()} == {
            ("experience", Source.OBJECTIVE, False),
            ("pricing", Source.OBJECTIVE, True),
        }
        assert "PREISE bitte nicht sprechen" in found["pricing"].words

    def test_topics_without_phrases_for_objectives_are_read_by_their_texts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        topics = tuple(
            replace(topic, objective_phrases=()) if topic.key in ("pricing", "options") else topic
            for topic in BUYER.topics
        )
        read = [TopicReading(key, key == "options", key, 0) for key in ("pricing", "options", "experience")]
        monkeypatch.setattr(steering, "read_objective", lambda text, guide, vendor: ObjectiveReading(tuple(read)))
        monkeypatch.setattr(steering, "read_notes", lambda text, guide, vendor: ObjectiveReading((read[1],)))
        guide = replace(BUYER, topics=topics)
        found = steer(guide, "Why was it slow?", "Leave out the others.")
        assert (found.emphasize, found.avoid) == (("pricing",), ("options",)), "the other topics go by their phrases"
        assert steer(guide, "", "Leave out the others.").avoid == ("options",)
        assert steer(guide, "", "Leave out the others.").emphasize == (), "notes only avoid"

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "part",
        [
            "avoid price and demo but ",
            "price, ",
            "do not (",
            "off limits price ",
            "\n- avoid:\n",
            "price not ",
            "price, do not, ",
        ],
    )
    def test_work_grows_with_the_length_of_the_text(self, part: str) -> None:
        steer(BUYER, part, part)
        some, many = (calls(part * (characters // len(part))) for characters in (2_000, 20_000))
        assert many < 15 * some


def calls(text: str) -> int:
    """How many functions steer() calls for the text, as objective and as notes."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        steer(BUYER, text, text)
    finally:
        sys.setprofile(None)
    return count


class TestNotes:
    @pytest.mark.parametrize(
        ("notes", "emphasize", "avoid"),
        [
            ("They never had a trial.", "", "experience"),
            ("Kein Testzugang.", "", "experience"),
            ("Ils n'ont jamais eu d'essai.", "", "experience"),
            ("Nunca tuvieron una prueba.", "", "experience"),
            ("Main concern is pricing.", "pricing", ""),
            ("Größte Sorge war der Preis", "pricing", ""),
            ("Leur principale préoccupation est le prix.", "pricing", ""),
            ("La mayor preocupación es el precio.", "pricing", ""),
            ("Please do not ask her about pricing.", "", "pricing"),
            ('{\n  "competitor": null,\n  "main_concern": "pricing"\n}', "pricing", "options"),
            ('{\n  "trial": false,\n  "competitors": []\n}', "", "experience options"),
            ('{\n  "competitor": "Gong",\n  "trial": "30 days",\n  "price": 20000\n}', "", ""),
            ("Saw the demo in May. Price 20k. Compared us with Gong. Champion: Jane.", "", ""),
            ("Never had a problem with support.", "", ""),
        ],
    )
    def test_only_clear_statements_steer(self, notes: str, emphasize: str, avoid: str) -> None:
        found = steer(BUYER, "", notes)
        assert (found.emphasize, found.avoid) == (names(emphasize), names(avoid))
        assert all(reason.source is Source.NOTES and reason.words in notes for reason in found.reasons)

    def test_the_objective_wins_over_the_notes(self) -> None:
        found = steer(BUYER, "Ask about the trial, not about pricing", "Never had a trial. Main concern is pricing.")
        assert (found.emphasize, found.avoid) == (("experience",), ("pricing",))
        assert {reason.source for reason in found.reasons} == {Source.OBJECTIVE}

    def test_topics_of_the_notes_follow_those_of_the_objective(self) -> None:
        assert steer(BUYER, "Ask about the demo", "Main concern is pricing").emphasize == ("experience", "pricing")


class TestPicks:
    def test_picks_replace_what_the_objective_says(self) -> None:
        found = steer(BUYER, "Focus on pricing", picks=Picks(emphasize=("vendor", "criteria"), avoid=("options",)))
        assert (found.emphasize, found.avoid) == (("vendor", "criteria"), ("options",))
        assert {(reason.topic, reason.source, reason.is_avoided) for reason in found.reasons} == {
            ("vendor", Source.STAFF, False),
            ("criteria", Source.STAFF, False),
            ("options", Source.STAFF, True),
        }

    def test_no_topic_can_be_picked(self) -> None:
        assert steer(BUYER, "Focus on pricing", picks=Picks()) == Steering()

    def test_keys_of_another_guide_are_ignored(self) -> None:
        assert steer(BUYER, "", picks=Picks(emphasize=("score", "pricing"), avoid=("use",))).emphasize == ("pricing",)

    def test_what_is_picked_both_ways_is_avoided(self) -> None:
        found = steer(BUYER, "", picks=Picks(emphasize=("pricing",), avoid=("pricing",)))
        assert (found.emphasize, found.avoid) == ((), ("pricing",))


def test_the_words_of_a_reason_are_not_in_its_repr() -> None:
    found = steer(BUYER, "What were the alternatives?")
    assert found.reasons[0].words == "alternatives"
    assert "alternatives" not in repr(found.reasons)
