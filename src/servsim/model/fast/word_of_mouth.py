"""What people tell each other in the compiled loop: who comes because of it, who stays away, and who cools."""

from servsim.event_codes import Happening
from servsim.model.compilation import aside, inner
from servsim.model.fast.known_customers import note_satisfaction
from servsim.model.fast.state import (
    DETERRED,
    FORGOTTEN,
    HEARS,
    MEMBERS,
    NOW,
    REFERRAL,
    WARNED,
    add,
    before_now,
    note,
    schedule,
)
from servsim.model.rules import demand, word_of_mouth


@inner
def considers(sheet, s, key):
    """Does a candidate come, not having been warned, and not being a customer already?"""
    segment, deterred = demand.segment_of(sheet, key), before_now(s, DETERRED)
    if word_of_mouth.is_deterred(sheet, segment, key, deterred):
        note(s, Happening.STAYED_AWAY, key, -1, 0)
        return False
    return not word_of_mouth.is_customer_already(sheet, segment, key, deterred, before_now(s, MEMBERS))


@inner
def tells(sheet, s, place, topic):
    """A customer praises the business, or warns of it; others come because of it, stay away, or cool."""
    if word_of_mouth.tells(sheet, s.people[place].segment):
        tells_others(sheet, s, place, topic)


@aside
def tells_others(sheet, s, place, topic):
    """A customer tells as many people as it comes to."""
    customer = s.people[place]
    told, is_warning = word_of_mouth.tellings(
        sheet, customer.segment, customer.key, customer.visit, topic, customer.satisfaction
    )
    if told > 0:
        note(s, Happening.WARNED if is_warning else Happening.PRAISED, customer.key, -1, told)
    if is_warning:
        warns(sheet, s, place, topic, told)
    else:
        praises(sheet, s, place, topic, told)


@inner
def praises(sheet, s, place, topic, told):
    """People are told something good; some of them will come."""
    customer = s.people[place]
    for number in range(told):
        telling = word_of_mouth.occasion(customer.visit, topic, number)
        if word_of_mouth.refers(sheet, customer.segment, customer.key, telling):
            arrival = word_of_mouth.referral_arrives(sheet, customer.segment, customer.key, telling, s.n[NOW])
            key = word_of_mouth.referred_key(sheet, customer.key, telling)
            schedule(sheet, s, arrival, REFERRAL, key, customer.key)


@inner
def warns(sheet, s, place, topic, told):
    """People are warned: candidates who stay away for a while, and friends who are customers."""
    customer, now = s.people[place], s.n[NOW]
    deterred = 0
    for number in range(told):
        telling = word_of_mouth.occasion(customer.visit, topic, number)
        deterred += word_of_mouth.deters(sheet, customer.segment, customer.key, telling)
        friend = word_of_mouth.warned_friend(sheet, customer.segment, customer.key, telling)
        if friend >= 0:
            arrives = word_of_mouth.word_arrives(sheet, customer.segment, customer.key, telling, now)
            schedule(sheet, s, arrives, HEARS, friend, 0)
    if deterred > 0:
        note(s, Happening.DETERRED, customer.key, -1, deterred)
        add(s, DETERRED, deterred)
        schedule(sheet, s, word_of_mouth.deterred_until(sheet, now), FORGOTTEN, deterred, 0)


@inner
def hears(s, friend):
    """A friend hears a warning; it is taken in when the instant settles."""
    s.warned[s.n[WARNED]] = friend
    s.n[WARNED] += 1


@inner
def take_warnings(sheet, s):
    """Customers who were warned by friends think less of the business; friends have their names for places."""
    for i in range(s.n[WARNED]):
        friend = s.people[s.warned[i]]
        if friend.key == s.warned[i] and friend.in_book == 1:
            note(s, Happening.COOLED, friend.key, -1, 0)
            friend.satisfaction = word_of_mouth.after_warning(sheet, friend.segment, friend.satisfaction)
            note_satisfaction(sheet, s, s.warned[i])
    s.n[WARNED] = 0
