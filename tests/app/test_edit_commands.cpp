// SPDX-License-Identifier: MIT
#include <functional>

#include "app/editing/edit_commands.h"
#include "fake_engine.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

using MakeCommand = std::function<QUndoCommand*(Session&)>;
Q_DECLARE_METATYPE(MakeCommand)

class TestEditCommands : public QObject {
    Q_OBJECT
    static void prepare(Session& session) {
        session.setBody(SmallBody::model());
        session.setFrame(fakeResult(1));
        // Something is edited already, so that commands have something to reset and to keep.
        session.undoStack().push(new SetJointRotation(session, 0, 4, {0.1, 0.2, 0.3}));
        session.undoStack().push(new SetBeta(session, 0, 2, 1.5));
        session.beginGesture();
    }
private Q_SLOTS:
    void doUndoRedoGiveAnEqualSession_data() {
        QTest::addColumn<MakeCommand>("make");
        const auto row = [](const char* name, MakeCommand make) { QTest::newRow(name) << make; };
        row("turn a joint", [](Session& s) { return new SetJointRotation(s, 0, 18, {0, 0.5, 0}); });
        row("turn an edited joint", [](Session& s) { return new SetJointRotation(s, 0, 4, {0, 0.5, 0}); });
        row("change shape", [](Session& s) { return new SetBeta(s, 1, 0, -2); });
        row("reset a joint", [](Session& s) { return new ResetJoints(s, 0, std::vector<int>{4}, "reset"); });
        row("reset all joints", [](Session& s) { return new ResetJoints(s, 0, std::vector<int>{1, 2, 3, 4}, "reset"); });
        row("reset shape", [](Session& s) { return new ResetShape(s, 0); });
        row("set boxes", [](Session& s) { return new SetBoxes(s, std::vector<PersonBox>{{0, {10, 10, 50, 90}}}, "move"); });
        row("delete all boxes", [](Session& s) { return new SetBoxes(s, std::vector<PersonBox>{}, "delete"); });
    }
    void doUndoRedoGiveAnEqualSession() {
        QFETCH(MakeCommand, make);
        Session session;
        prepare(session);
        const SessionState before = session.state();
        session.undoStack().push(make(session));
        const SessionState after = session.state();
        QVERIFY(!(after == before));
        session.undoStack().undo();
        QVERIFY(session.state() == before);
        session.undoStack().redo();
        QVERIFY(session.state() == after);
        while (session.undoStack().canUndo()) session.undoStack().undo();
        QVERIFY(session.state() == SessionState{});
    }

    void findingAgainIsUndone() {
        Session session;
        prepare(session);
        session.undoStack().push(new SetBoxes(session, std::vector<PersonBox>{{0, {1, 2, 30, 40}}}, "draw"));
        const SessionState drawn = session.state();
        session.beginGesture();
        session.undoStack().push(new SetBoxes(session, std::nullopt, "find"));
        QVERIFY(!session.hasBoxesByHand());
        session.undoStack().undo();
        QVERIFY(session.state() == drawn);
    }

    void aDragIsOneCommand() {
        Session session;
        prepare(session);
        const SessionState before = session.state();
        const int count = session.undoStack().count();
        for (int i = 1; i <= 20; ++i) session.undoStack().push(new SetBeta(session, 0, 0, 0.1 * i));
        QCOMPARE(session.undoStack().count(), count + 1);
        QCOMPARE(session.person(0)->parameters.betas[0], 2.0);
        session.undoStack().undo();
        QVERIFY(session.state() == before);
    }

    void twoDragsAndTwoTargetsAreTwoCommands() {
        Session session;
        prepare(session);
        const int count = session.undoStack().count();
        session.undoStack().push(new SetBeta(session, 0, 0, 1));
        session.undoStack().push(new SetBeta(session, 0, 1, 1));
        session.undoStack().push(new SetBeta(session, 1, 1, 1));
        session.beginGesture();
        session.undoStack().push(new SetBeta(session, 1, 1, 2));
        QCOMPARE(session.undoStack().count(), count + 4);
    }

    void editsLieOverTheNetworksAnswerAndSurviveANewRun() {
        Session session;
        prepare(session);
        QCOMPARE(session.person(0)->parameters.betas[2], 1.5);
        const double firstAnswer = session.person(0)->parameters.betas[0];
        session.setFrame(fakeResult(5));
        QCOMPARE(session.person(0)->parameters.betas[2], 1.5);
        QVERIFY(session.person(0)->parameters.pose.row(4).transpose() == Eigen::Vector3d(0.1, 0.2, 0.3));
        QVERIFY(session.person(0)->parameters.betas[0] != firstAnswer);  // what was not edited follows the network
        session.undoStack().push(new ResetShape(session, 0));
        QCOMPARE(session.person(0)->parameters.betas[2], 0.0);
    }

    void editsBelongToTheirPicture() {
        Session session;
        prepare(session);
        session.setFrame(fakeResult(1, "other.png"));
        QVERIFY(session.edit(0).isEmpty());
        session.setFrame(fakeResult(1));
        QVERIFY(!session.edit(0).isEmpty());
    }

    void posedBodyFollowsAnEdit() {
        Session session;
        prepare(session);
        const Points3f before = session.posed(0)->vertices;
        session.undoStack().push(new SetJointRotation(session, 0, 16, {0, 0, 1}));
        QVERIFY((session.posed(0)->vertices - before).cwiseAbs().maxCoeff() > 0.05f);
        session.undoStack().undo();
        QVERIFY(session.posed(0)->vertices == before);
    }

    void peopleOfAnotherProgramAreOneStep() {
        Session session;
        prepare(session);
        const SessionState before = session.state();
        MarkedPerson person{{10, 10, 100, 200}, SeenJoints()};
        person.joints->deviations.setConstant(2);
        person.joints->deviations[14] = 50;  // not sure of the nose
        const int id = session.nextPersonId();
        markPeople(session, std::vector{person, MarkedPerson{{200, 20, 90, 180}, {}}}, "People of a file");
        QVERIFY((session.boxes() == std::vector<PersonBox>{{id, {10, 10, 100, 200}}, {id + 1, {200, 20, 90, 180}}}));
        QCOMPARE(session.edit(id).targets.at(0).size(), std::size_t(18));
        QVERIFY(!session.edit(id).targets.at(0).contains(14));
        QVERIFY(session.edit(id + 1).isEmpty());
        const SessionState after = session.state();
        session.undoStack().undo();
        QVERIFY(session.state() == before);
        session.undoStack().redo();
        QVERIFY(session.state() == after);
    }

    void deletedPeopleAreNotShownAndTheirEditsNotInherited() {
        Session session;
        prepare(session);
        session.undoStack().push(new SetBoxes(session, std::vector<PersonBox>{{1, session.boxes()[1].box}}, "delete"));
        QVERIFY(session.person(0) == nullptr);
        QCOMPARE(session.selectedPerson(), 1);
        QCOMPARE(session.nextPersonId(), 2);
    }
};

HMR_TEST_CLASS(TestEditCommands, "test_edit_commands")
#include "test_edit_commands.moc"
