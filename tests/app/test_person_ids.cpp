// SPDX-License-Identifier: MIT
#include "app/editing/person_ids.h"
#include "support/test_class.h"

using namespace hmr;

class TestPersonIds : public QObject {
    Q_OBJECT
    static PersonEstimate person(int track, const PixelBox& box) {
        PersonEstimate person;
        person.id = track;
        person.box = box;
        return person;
    }
private Q_SLOTS:
    void newPeopleAreCounted() {
        PersonIds ids;
        std::vector<PersonEstimate> people = {person(0, {0, 0, 10, 20}), person(1, {50, 0, 10, 20})};
        ids.assign(people);
        QCOMPARE(people[0].id, 0);
        QCOMPARE(people[1].id, 1);
    }

    void boxesByHandNameThePeople() {
        PersonIds ids;
        ids.expect({{7, {50, 0, 10, 20}}, {3, {0, 0, 10, 20}}});
        std::vector<PersonEstimate> people = {person(0, {50, 0, 10, 20}), person(1, {0, 0, 10, 20})};
        ids.assign(people);
        QCOMPARE(people[0].id, 7);
        QCOMPARE(people[1].id, 3);
    }

    void aNewLookInAnotherOrderKeepsIdentities() {
        PersonIds ids;
        std::vector<PersonEstimate> first = {person(0, {0, 0, 10, 20}), person(1, {50, 0, 10, 20})};
        ids.assign(first);
        ids.restartTracks();
        std::vector<PersonEstimate> second = {person(0, {52, 1, 10, 20}), person(1, {90, 0, 10, 20}), person(2, {1, 0, 10, 20})};
        ids.assign(second);
        QCOMPARE(second[0].id, 1);
        QCOMPARE(second[1].id, 2);
        QCOMPARE(second[2].id, 0);
    }

    void tracksKeepTheirIdentityWhereverTheyGo() {
        PersonIds ids;
        ids.expect({{4, {0, 0, 10, 20}}, {5, {50, 0, 10, 20}}});
        std::vector<PersonEstimate> people = {person(0, {0, 0, 10, 20}), person(1, {50, 0, 10, 20})};
        ids.assign(people);
        std::vector<PersonEstimate> swapped = {person(0, {50, 0, 10, 20}), person(1, {0, 0, 10, 20})};
        ids.assign(swapped);
        QCOMPARE(swapped[0].id, 4);
        QCOMPARE(swapped[1].id, 5);
    }

    void anotherSourceCountsAnew() {
        PersonIds ids;
        std::vector<PersonEstimate> people = {person(0, {0, 0, 10, 20}), person(1, {50, 0, 10, 20})};
        ids.assign(people);
        ids.forget();
        std::vector<PersonEstimate> others = {person(5, {50, 0, 10, 20})};
        ids.assign(others);
        QCOMPARE(others[0].id, 0);
    }
};

HMR_TEST_CLASS(TestPersonIds, "test_person_ids")
#include "test_person_ids.moc"
