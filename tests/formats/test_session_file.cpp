// SPDX-License-Identifier: MIT
#include "formats/motion/session_file.h"

#include <QTemporaryDir>
#include <random>

#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

class TestSessionFile : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

    static SessionDocument document() {
        SessionDocument document;
        document.sources = {"/videos/走路 one.mp4", "b.png"};
        document.source = "b.png";
        document.frame = 7;
        document.edits = {{"b.png", 1, {{18, {0.1, -0.2, 0.3}}}, {{0, 1.5}}, {}, {}, {}, {}, {}, {}}};
        document.edits.push_back({"b.png", 2, {}, {}, SessionDocument::Place{{0.8, {0.1, -0.2}}, {{120, 80}, 200, 19.5}}, {4, 18}, {7}, {{3, {{0, {12.5, 40}}}}},
                                  {{4, {0.1, 0, 0}}, {18, {0, -0.5, 0}}}, {{3, "/masks/剪影 3.png"}}});
        document.boxes = {{"b.png", 0, {{1, {10.5, 20, 30, 40}}}}, {"c.png", 2, {}}};
        document.take = test::walkingTake(2, 30, {5, 8});
        document.take.floor = {Eigen::Vector3d(0, -0.8, -0.6), 1.25, true};
        KeyLayer layer{{}, KeyBlend::Replace};
        layer.keys[12].rotations[4] = {0.5, 0, 0};
        layer.keys[12].translation = Eigen::Vector3d(0, 1, 5);
        layer.keys[20].betas = Eigen::VectorXd::Constant(10, 0.5);
        document.keys[1] = layer;
        document.keys[0] = {{{3, layer.keys[20]}}, KeyBlend::Local, 9};
        document.take.firstSourceFrame = 40;
        return document;
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = fs::path(directory_.path().toStdString()) / "sessions 会话";
        fs::create_directories(folder_);
    }
    void whatIsSavedIsReadBack() {
        const SessionDocument saved = document();
        writeSession(folder_ / "a b.hmrs", saved);
        const SessionDocument read = readSession(folder_ / "a b.hmrs");
        QVERIFY(read.sources == saved.sources && read.source == saved.source && read.frame == saved.frame);
        QVERIFY(read.edits == saved.edits);
        QVERIFY(read.boxes == saved.boxes);
        QVERIFY(read.keys == saved.keys);
        QVERIFY(read.take.floor == saved.take.floor);
        QCOMPARE(read.take.numFrames, 30);
        QCOMPARE(read.take.frameRate, 30.0);
        QCOMPARE(read.take.firstSourceFrame, 40);
        QCOMPARE(read.take.tracks.size(), std::size_t{2});
        for (std::size_t i = 0; i < 2; ++i) {
            const Track &a = saved.take.tracks[i], &b = read.take.tracks[i];
            QVERIFY(a.id == b.id && a.name == b.name && a.firstFrame == b.firstFrame && gapsOf(a) == gapsOf(b));
            for (int frame = a.firstFrame; frame < a.endFrame(); ++frame) {
                if (!a.at(frame)) continue;
                QVERIFY((a.at(frame)->body.pose - b.at(frame)->body.pose).cwiseAbs().maxCoeff() < 1e-6);
                QVERIFY((a.at(frame)->body.translation - b.at(frame)->body.translation).norm() < 1e-5);
                QVERIFY(std::abs(a.at(frame)->crop.side - b.at(frame)->crop.side) < 1e-3);
                QVERIFY(a.at(frame)->crop.relativeFocalLength == b.at(frame)->crop.relativeFocalLength);
            }
        }
        // Saving what was read gives the same file: nothing wears off.
        writeSession(folder_ / "again.hmrs", read);
        writeSession(folder_ / "again2.hmrs", readSession(folder_ / "again.hmrs"));
        QVERIFY(readWholeFile(folder_ / "again.hmrs") == readWholeFile(folder_ / "again2.hmrs"));
    }
    void anEmptySessionIsFine() {
        writeSession(folder_ / "empty.hmrs", {});
        QVERIFY(readSession(folder_ / "empty.hmrs").take.isEmpty());
    }
    void aNewerVersionIsRefusedKindly() {
        writeNpz(folder_ / "new.hmrs", {{"session", NdArray::fromText(R"({"format":"hmr-studio session","version":2})")}});
        const QString text = errorText([&] { readSession(folder_ / "new.hmrs"); });
        QVERIFY2(text.contains("newer version") && text.contains("unchanged"), qPrintable(text));
    }
    void aFileCutAnywhereIsRefused() {
        writeSession(folder_ / "whole.hmrs", document());
        const std::string bytes = readWholeFile(folder_ / "whole.hmrs");
        // Everywhere near both ends, where a zip archive has its headers, and at every 101st byte between.
        for (std::size_t length = 0; length < bytes.size(); length += length < 60 || length + 120 > bytes.size() ? 1 : 101) {
            writeWholeFile(folder_ / "cut.hmrs", bytes.substr(0, length));
            const QString text = errorText([&] { readSession(folder_ / "cut.hmrs"); });
            QVERIFY2(text.contains("cut.hmrs"), qPrintable(QString::number(length) + ": " + text));
        }
    }
    void damagedBytesNeverCrash() {
        writeSession(folder_ / "whole.hmrs", document());
        const std::string bytes = readWholeFile(folder_ / "whole.hmrs");
        std::mt19937 generator(6);
        for (int i = 0; i < 60; ++i) {
            std::string damaged = bytes;
            for (int k = 0; k < 4; ++k) damaged[generator() % damaged.size()] = static_cast<char>(generator());
            writeWholeFile(folder_ / "damaged.hmrs", damaged);
            errorText([&] { readSession(folder_ / "damaged.hmrs"); });
        }
    }
    void otherFilesAreNoSessions() {
        writeNpz(folder_ / "other.hmrs", {{"x", NdArray::from(std::vector<float>{1}, {1})}});
        QVERIFY(errorText([&] { readSession(folder_ / "other.hmrs"); }).contains("no session"));
        writeWholeFile(folder_ / "text.hmrs", "hello");
        QVERIFY(!errorText([&] { readSession(folder_ / "text.hmrs"); }).isEmpty());
        QVERIFY(errorText([&] { writeSession(folder_ / "missing" / "a.hmrs", {}); }).contains("Choose a folder"));
    }
    void aLongTakeStaysSmall() {
        SessionDocument document;
        document.take = test::walkingTake(3, 1000);
        writeSession(folder_ / "long.hmrs", document);
        QVERIFY(fs::file_size(folder_ / "long.hmrs") < 1'500'000);
    }
};

HMR_TEST_CLASS(TestSessionFile, "test_session_file")
#include "test_session_file.moc"
