// SPDX-License-Identifier: MIT
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "body/motion/joint_chain.h"
#include "formats/body_file.h"
#include "formats/stream/motion_stream.h"
#include "formats/stream/vmc.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "support/udp_listener.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
using hmr::test::UdpListener;
namespace fs = std::filesystem;

namespace {

float number(const OscMessage& message, std::size_t index) { return std::get<float>(message.arguments[index]); }

PersonEstimate personAt(int id, double seconds) {
    PersonEstimate person;
    person.id = id;
    person.crop = {{600 + 100.0 * id, 350}, 500};
    person.camera = {0.8, {0, 0.1}};
    person.parameters = test::walkingBody(seconds, 0.3 * id);
    person.parameters.translation.setZero();
    return person;
}

/// World places of the joints in Unity's frame, from bones as a receiver composes them.
std::map<std::string, Eigen::Vector3d> composed(const std::vector<OscMessage>& messages) {
    static const ExportPreset& names = exportPreset("unity");
    std::map<std::string, Eigen::Isometry3d> local;
    for (const OscMessage& message : messages) {
        if (message.address != "/VMC/Ext/Bone/Pos") continue;
        Eigen::Isometry3d bone = Eigen::Isometry3d::Identity();
        bone.translate(Eigen::Vector3f(number(message, 1), number(message, 2), number(message, 3)).cast<double>());
        bone.rotate(Eigen::Quaternionf(number(message, 7), number(message, 4), number(message, 5), number(message, 6)).cast<double>());
        local[std::get<std::string>(message.arguments[0])] = bone;
    }
    std::map<std::string, Eigen::Vector3d> places;
    std::vector<Eigen::Isometry3d> world;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        const int parent = kSmplParents[static_cast<std::size_t>(joint)];
        const Eigen::Isometry3d own = local.at(names.boneName(joint));
        world.push_back(parent < 0 ? own : world[static_cast<std::size_t>(parent)] * own);
        places[names.boneName(joint)] = world.back().translation();
    }
    return places;
}

}  // namespace

class TestStream : public QObject {
    Q_OBJECT
    const std::shared_ptr<const BodyModel> body_ = test::SmallBody::model();

private Q_SLOTS:
    void oscHasItsExactBytes() {
        // From the specification's own example: "/oscillator/4/frequency" with the float 440.
        const std::string bytes = oscBytes({"/oscillator/4/frequency", {440.F}});
        QCOMPARE(QByteArray(bytes.data(), static_cast<int>(bytes.size())), QByteArray("/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0", 32));
    }
    void oscReadsBack() {
        const std::vector<OscMessage> messages = {{"/a", {std::int32_t{-5}, 1.25F, std::string("abcd")}}, {"/b/c", {}}, {"/d", {std::string()}}};
        QVERIFY(parseOsc(oscBundle(messages)) == messages);
        QVERIFY(parseOsc(oscBytes(messages[0])) == (std::vector<OscMessage>{messages[0]}));
    }
    void otherPacketsAreRefused() {
        const std::string bundle = oscBundle({{"/a", {1.F}}});
        for (std::size_t length = 1; length < bundle.size(); ++length) {
            if (length == 16) continue;  // an empty bundle
            QVERIFY2(errorText([&] { parseOsc(std::string_view(bundle).substr(0, length)); }).contains("no OSC"), qPrintable(QString::number(length)));
        }
        QVERIFY(errorText([] { parseOsc("hello world!\0\0\0\0"); }).contains("no OSC"));
        QVERIFY(errorText([] { parseOsc(""); }).contains("no OSC"));
    }
    void addressesHaveSafeDefaults() {
        const StreamAddress plain = streamAddress("vmc://");
        QCOMPARE(plain.host, std::string("127.0.0.1"));
        QCOMPARE(plain.port, 39539);
        const StreamAddress other = streamAddress("json://192.168.1.7:5000");
        QVERIFY(other.protocol == StreamAddress::Protocol::Json && other.host == "192.168.1.7" && other.port == 5000);
        for (const char* bad : {"39539", "http://x", "vmc://h:0", "vmc://h:70000", "vmc://h:1x"}) QVERIFY2(!errorText([&] { streamAddress(bad); }).isEmpty(), bad);
    }
    void vmcReachesAReceiverInUnitysFrame() {
        UdpListener listener;
        QVERIFY(listener.isBound());
        MotionStream stream({StreamAddress::Protocol::Vmc, "127.0.0.1", listener.port()}, body_);
        const PersonEstimate person = personAt(0, 0.3);
        stream.send({person}, 1280, 720, 9, 0.3);
        std::vector<OscMessage> messages;
        while (messages.size() < 27) {
            const std::string packet = listener.receive();
            QVERIFY2(!packet.empty(), "nothing arrived");
            QVERIFY(packet.size() <= 1400);
            for (OscMessage& message : parseOsc(packet)) messages.push_back(std::move(message));
        }
        QCOMPARE(messages.size(), std::size_t{27});
        QCOMPARE(messages[0].address, std::string("/VMC/Ext/OK"));
        QCOMPARE(messages[2].address, std::string("/VMC/Ext/Root/Pos"));
        // What a receiver composes from the bones is the mirror image (x) of our body in its world.
        TakeRecorder recorder("", 1280, 720, 30);
        recorder.add(0, {person});
        const WorldFrame world = worldOf(*body_, recorder.take());
        const BodyParameters& own = recorder.take().tracks[0].at(0)->body;
        const JointChain chain(*body_, own.betas);
        const JointFrames joints = chain.pose(inWorld(world, chain.rest().row(0).transpose(), own));
        const auto places = composed(messages);
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const Eigen::Vector3d expected = joints.positions.row(joint).transpose().cwiseProduct(Eigen::Vector3d(-1, 1, 1));
            const Eigen::Vector3d found = places.at(exportPreset("unity").boneName(joint));
            QVERIFY2((found - expected).norm() < 1e-5, qPrintable(QString::number(joint)));
        }
        QVERIFY(places.at("Head").y() > places.at("LeftFoot").y() + 1);
    }
    void theSecondPersonHasTheNextPort() {
        std::unique_ptr<UdpListener> first, second;
        for (int attempt = 0; attempt < 50 && !(second && second->isBound()); ++attempt) {
            first = std::make_unique<UdpListener>();
            second = std::make_unique<UdpListener>(first->port() + 1);
        }
        QVERIFY(second->isBound());
        MotionStream stream({StreamAddress::Protocol::Vmc, "127.0.0.1", first->port()}, body_);
        stream.send({personAt(4, 0)}, 1280, 720, 0, 0);
        stream.send({personAt(2, 0.1), personAt(4, 0.1)}, 1280, 720, 1, 0.1);
        QVERIFY(!second->receive().empty());
        QVERIFY(!first->receive().empty());
    }
    void whoLeavesAndReturnsDoesNotMoveOn() {
        UdpListener listener;
        MotionStream stream({StreamAddress::Protocol::Vmc, "127.0.0.1", listener.port()}, body_);
        double time = 0;
        const auto arrives = [&](const std::vector<PersonEstimate>& people) {
            stream.send(people, 1280, 720, 0, time);
            int packets = 0;
            while (!listener.receive(people.empty() ? 0.05 : 0.3).empty()) ++packets;
            return packets > 0;
        };
        QVERIFY(arrives({personAt(0, 0)}));
        // Somebody new comes after the first has gone for good: a performer who returns has another number.
        for (const int id : {1, 5, 9}) {
            for (int i = 0; i < 3; ++i, time += 1) QVERIFY(!arrives({}));
            QVERIFY2(arrives({personAt(id, time)}), qPrintable(QString::number(id)));
        }
        // Gone for a moment, the person keeps the port: another has the next one.
        time += 0.5;
        QVERIFY(!arrives({personAt(11, time)}));
        time += 0.5;
        QVERIFY(arrives({personAt(9, time), personAt(11, time)}));
        // And a video that is wound back frees the ports of those who are not there.
        time = 0;
        QVERIFY(!arrives({personAt(11, time)}));
        QVERIFY(arrives({personAt(2, time), personAt(11, time)}));
    }
    void bodiesWithHandsAreStreamedAsSmpls() {
        UdpListener listener;
        const auto body = loadBodyModel(fs::path(HMR_TEST_DATA) / "models" / "expressive.npz");
        MotionStream stream({StreamAddress::Protocol::Json, "127.0.0.1", listener.port()}, body);
        stream.send({personAt(0, 0.2)}, 1280, 720, 6, 0.2);
        const std::string packet = listener.receive();
        const QJsonObject root = QJsonDocument::fromJson(QByteArray(packet.data(), static_cast<int>(packet.size()))).object();
        QCOMPARE(root["people"].toArray()[0].toObject()["joints"].toArray().size(), 24);
    }
    void jsonHoldsEverybody() {
        UdpListener listener;
        MotionStream stream({StreamAddress::Protocol::Json, "127.0.0.1", listener.port()}, body_);
        stream.send({personAt(0, 0.2), personAt(3, 0.2)}, 1280, 720, 6, 0.2);
        const std::string packet = listener.receive();
        const QJsonObject root = QJsonDocument::fromJson(QByteArray(packet.data(), static_cast<int>(packet.size()))).object();
        QCOMPARE(root["frame"].toInt(), 6);
        const QJsonArray people = root["people"].toArray();
        QCOMPARE(people.size(), 2);
        QCOMPARE(people[1].toObject()["id"].toInt(), 3);
        QCOMPARE(people[1].toObject()["rotations"].toArray().size(), 24);
        QVERIFY(people[0].toObject()["joints"].toArray()[15].toArray()[1].toDouble() > 1);
        stream.send({}, 1280, 720, 7, 0.23);
        QVERIFY(!listener.receive().empty());
    }
    void nobodyListeningIsNoFailure() {
        int port = 0;
        {
            const UdpListener gone;
            port = gone.port();
        }
        MotionStream stream({StreamAddress::Protocol::Vmc, "127.0.0.1", port}, body_);
        for (int i = 0; i < 5; ++i) stream.send({personAt(0, 0.1 * i)}, 640, 480, i, 0.1 * i);
        QVERIFY(!errorText([&] { MotionStream({StreamAddress::Protocol::Vmc, "no.such.host.invalid", 39539}, body_); }).isEmpty());
    }
};

HMR_TEST_CLASS(TestStream, "test_stream")
#include "test_stream.moc"
