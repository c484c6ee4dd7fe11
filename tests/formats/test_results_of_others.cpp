// SPDX-License-Identifier: MIT
#include <QFile>
#include <QTemporaryDir>

#include "formats/atomic_file.h"
#include "formats/motion/results_of_others.h"
#include "support/error_text.h"
#include "support/heap_peak.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

/// Results of VIBE, WHAM, PHALP and ROMP (data/results, written by make_results.py) as takes.
class TestResultsOfOthers : public QObject {
    Q_OBJECT

    static std::filesystem::path file(const char* name) { return std::filesystem::path(HMR_TEST_DATA) / "results" / name; }
    static double bentKnee(const MotionSample& sample) { return sample.body.pose(4, 0); }

private Q_SLOTS:
    void vibesCropCamerasBecomePlaces() {
        const Take take = readResultsOfOthers(file("vibe_output.pkl"));
        QVERIFY(take.width == 640 && take.height == 480 && take.numFrames == 3);
        QCOMPARE(take.tracks.size(), std::size_t{2});
        const Track* late = take.find(3);
        QVERIFY(late && late->firstFrame == 1 && late->numSamples() == 2);
        const MotionSample& sample = *late->at(2);
        QVERIFY(std::abs(bentKnee(sample) - 1.8) < 1e-6 && std::abs(sample.body.betas[9] - 0.5) < 1e-6);
        // The pelvis' neighbourhood lands where VIBE draws it: x = s·(X + t) of the box.
        const Eigen::Vector2d pixel = take.focalLength * sample.body.translation.head<2>() / sample.body.translation.z() + Eigen::Vector2d(320, 240);
        QVERIFY2((pixel - Eigen::Vector2d(330 + 100 * 0.8 * 0.05, 240 - 100 * 0.8 * 0.1)).norm() < 1e-3, qPrintable(QString("%1 %2").arg(pixel.x()).arg(pixel.y())));
        QVERIFY(std::abs(take.focalLength / sample.body.translation.z() - 100 * 0.8) < 1e-3);  // pixels a metre
    }
    void whamsPlacesAndGapsStay() {
        const Take take = readResultsOfOthers(file("wham_output.pkl"));
        const Track& track = take.tracks.at(0);
        QVERIFY(track.firstFrame == 4 && track.numSamples() == 3 && gapsOf(track) == (std::vector<FrameRange>{{6, 7}}));
        QVERIFY((track.at(7)->body.translation - Eigen::Vector3d(0.7, 0.2, 3)).norm() < 1e-6);
        QVERIFY(std::abs(bentKnee(*track.at(5)) - 0.6) < 1e-6);
    }
    void phalpsIdentitiesAreTracks() {
        const Take take = readResultsOfOthers(file("phalp.pkl"));
        QVERIFY(take.width == 640 && take.height == 480 && std::abs(take.focalLength - 5000.0 / 256 * 640) < 1e-9);
        QVERIFY(take.tracks.size() == 2 && take.find(2)->numSamples() == 3 && take.find(5)->firstFrame == 1);
        const MotionSample& sample = *take.find(5)->at(2);
        QVERIFY(std::abs(bentKnee(sample) - 0.8) < 1e-5 && std::abs(std::abs(sample.body.pose(0, 0)) - M_PI) < 1e-4);
        QVERIFY((sample.body.translation - Eigen::Vector3d(0.5, 0.3, 20)).norm() < 1e-6);
        QCOMPARE(sample.box, (PixelBox{500, 50, 80, 200}));
    }
    void compressedPicklesOpenLikePlainOnes_data() {
        QTest::addColumn<QString>("plain");
        QTest::newRow("phalp_compressed.pkl") << "phalp.pkl";
        QTest::newRow("wham_gzip.pkl") << "wham_output.pkl";
    }
    void compressedPicklesOpenLikePlainOnes() {
        QFETCH(QString, plain);
        const Take expected = readResultsOfOthers(file(qPrintable(plain))), found = readResultsOfOthers(file(QTest::currentDataTag()));
        QVERIFY(found.numFrames == expected.numFrames && found.tracks.size() == expected.tracks.size());
        for (const Track& track : expected.tracks)
            for (int frame = 0; frame < expected.numFrames; ++frame)
                if (track.at(frame)) QVERIFY(*found.find(track.id)->at(frame) == *track.at(frame));
    }
    void theProgramIsToldByContent() {
        for (const auto& [name, program] : {std::pair{"vibe_output.pkl", "VIBE"}, {"wham_gzip.pkl", "WHAM"}, {"phalp_compressed.pkl", "PHALP (4D-Humans)"},
                                            {"romp_picture.npz", "ROMP"}, {"romp_video.npz", "ROMP"}})
            QCOMPARE(programOfResults(file(name)).value_or("none"), std::string(program));
        for (const char* name : {"../models/tiny_python2_p2.pkl", "../models/tiny.npz", "../models/bad_list.pkl"}) QVERIFY(!programOfResults(file(name)));
        QVERIFY(errorText([] { programOfResults(file("../models/bad_system.pkl")); }).contains("Nothing was executed"));
    }
    void rompsPictureAndVideoOpen() {
        const Take picture = readResultsOfOthers(file("romp_picture.npz"));
        QVERIFY(isRomp(file("romp_picture.npz")) && picture.numFrames == 1 && picture.tracks.size() == 2);
        QVERIFY((picture.find(1)->at(0)->body.translation - Eigen::Vector3d(0.5, 0.1, 4)).norm() < 1e-6);
        const Take video = readResultsOfOthers(file("romp_video.npz"));
        QVERIFY(video.numFrames == 3 && video.tracks.size() == 1 && std::abs(bentKnee(*video.tracks[0].at(2)) - 0.3) < 1e-6);
    }

    void badFilesAreOneClearMessage_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("results/bad_rows.pkl") << "person 0: \"trans\" holds 2 rows";
        QTest::newRow("results/bad_not_finite.pkl") << "not finite";
        QTest::newRow("results/bad_system.npz") << "Nothing was executed";
        QTest::newRow("models/tiny_python2_p2.pkl") << "a body model";
        QTest::newRow("models/bad_list.pkl") << "no program that is known here";
        QTest::newRow("models/bad_system.pkl") << "Nothing was executed";
        QTest::newRow("results/bad_bomb.pkl") << "more than 200 times its size, which is refused above 16 MB";
        QTest::newRow("results/bad_bzip2.pkl") << "compressed by bzip2";
    }
    void badFilesAreOneClearMessage() {
        QFETCH(QString, expected);
        const std::filesystem::path bad = std::filesystem::path(HMR_TEST_DATA) / QTest::currentDataTag();
        const QString message = errorText([&] { readResultsOfOthers(bad); });
        QVERIFY2(message.contains(expected) && message.count(QString::fromStdString(bad.string())) == 1, qPrintable(message));
        QVERIFY(!QFile::exists("executed"));
    }
    void aBombTakesLittleMemory() {
        test::HeapPeak::restart();
        QVERIFY(!errorText([] { readResultsOfOthers(file("bad_bomb.pkl")); }).isEmpty());
        QVERIFY2(test::HeapPeak::bytes() < (1 << 20), qPrintable(QString::number(test::HeapPeak::bytes())));
    }
    void cutFilesAreErrors() {
        const QTemporaryDir folder;
        for (const char* name : {"vibe_output.pkl", "phalp.pkl", "phalp_compressed.pkl", "wham_gzip.pkl", "romp_video.npz"}) {
            const std::string whole = readWholeFile(file(name));
            const std::filesystem::path cut = std::filesystem::path(folder.path().toStdString()) / name;
            const std::size_t step = whole.size() < 1000 ? 7 : 97;
            for (std::size_t length = 0; length < whole.size(); length += step) {
                writeWholeFile(cut, std::string_view(whole).substr(0, length));
                QVERIFY2(!errorText([&] { readResultsOfOthers(cut); }).isEmpty(), qPrintable(QString("%1 at %2").arg(name).arg(length)));
            }
        }
    }
};

HMR_TEST_CLASS(TestResultsOfOthers, "test_results_of_others")
#include "test_results_of_others.moc"
