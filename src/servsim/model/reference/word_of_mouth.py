"""What people tell each other: who comes because of it, who stays away, and who cools."""

from servsim.event_codes import Happening
from servsim.model.reference.agents import Agents
from servsim.model.reference.state import Customer, Story
from servsim.model.rules import word_of_mouth


class Telling(Agents):
    """What people tell each other: who comes because of it, who stays away, and who cools."""

    def considers(self, key: int) -> bool:
        """Does a candidate come, not having been warned, and not being a customer already?"""
        segment, deterred = self.segment(key), self.deterred.at(self.now)
        if word_of_mouth.is_deterred(self.sheet, segment, key, deterred):
            self.note(Happening.STAYED_AWAY, key)
            return False
        members = self.members.at(self.now)
        return not word_of_mouth.is_customer_already(self.sheet, segment, key, deterred, members)

    def tells(self, customer: Customer, topic: int) -> None:
        """A customer praises the business, or warns of it; others come because of it, stay away, or cool."""
        if not word_of_mouth.tells(self.sheet, customer.segment):
            return
        told, is_warning = word_of_mouth.tellings(
            self.sheet, customer.segment, customer.key, customer.visit, topic, customer.satisfaction
        )
        if told:
            self.note(Happening.WARNED if is_warning else Happening.PRAISED, customer.key, value=told)
        listeners = [word_of_mouth.occasion(customer.visit, topic, number) for number in range(told)]
        if is_warning:
            self.warns(customer, listeners)
        else:
            self.praises(customer, listeners)

    def praises(self, customer: Customer, listeners: list[int]) -> None:
        """People are told something good; some of them will come."""
        for telling in listeners:
            who = (customer.segment, customer.key, telling)
            if word_of_mouth.refers(self.sheet, *who):
                key = int(word_of_mouth.referred_key(self.sheet, customer.key, telling))
                arrival = int(word_of_mouth.referral_arrives(self.sheet, *who, self.now))
                self.clock.process(self.referred(key, arrival, customer.key))

    def referred(self, key: int, arrival: int, by: int) -> Story:
        """A friend of a customer comes as a prospect, unless warned, or a customer already."""
        if arrival >= self.end:
            return
        yield self.clock.until(arrival)
        if self.considers(key):
            self.note(Happening.REFERRED, key, value=by)
            self.clock.process(self.life(self.newborn(key, in_book=False), arrival))

    def warns(self, customer: Customer, listeners: list[int]) -> None:
        """People are warned: candidates who stay away for a while, and friends who are customers."""
        deterred = 0
        for telling in listeners:
            who = (customer.segment, customer.key, telling)
            deterred += word_of_mouth.deters(self.sheet, *who)
            friend = int(word_of_mouth.warned_friend(self.sheet, *who))
            if friend >= 0:
                self.clock.process(self.hears(friend, int(word_of_mouth.word_arrives(self.sheet, *who, self.now))))
        if deterred:
            self.note(Happening.DETERRED, customer.key, value=deterred)
            self.deterred.add(deterred, self.now)
            self.clock.process(self.forgotten(deterred, int(word_of_mouth.deterred_until(self.sheet, self.now))))

    def forgotten(self, many: int, instant: int) -> Story:
        """Those who were warned have forgotten it."""
        if instant < self.end:
            yield self.clock.until(instant)
            self.deterred.add(-many, self.now)

    def hears(self, friend: int, instant: int) -> Story:
        """A friend hears the warning; it is taken in when the instant settles."""
        if instant < self.end:
            yield self.clock.until(instant)
            self.warned.append(friend)

    def take_warnings(self) -> None:
        """Customers who were warned by friends think less of the business."""
        for customer in [self.book[key] for key in self.warned if key in self.book]:
            self.note(Happening.COOLED, customer.key)
            satisfaction = word_of_mouth.after_warning(self.sheet, customer.segment, customer.satisfaction)
            customer.satisfaction = float(satisfaction)
            self.note_satisfaction(customer)
        self.warned = []
