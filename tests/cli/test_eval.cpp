// SPDX-License-Identifier: MIT
#include <QFile>
#include <QImage>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/videoio.hpp>

#include "formats/atomic_file.h"
#include "support/program.h"
#include "support/random_weights.h"
#include "support/test_class.h"
#include "training_data/acclaim_skeleton.h"

namespace hmr::test {

class TestEval : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    QString path(const char* name) const { return folder_.filePath(name); }

    void writePeople(const char* set, double firstX) {
        QDir().mkpath(path(set));
        QImage picture(120, 160, QImage::Format_RGB888);
        picture.fill(Qt::gray);
        picture.save(path(set) + "/a.png");
        nlohmann::json keypoints = nlohmann::json::array();
        for (int i = 0; i < 19; ++i) keypoints.push_back({firstX + 2 * i, 10 + 7 * i, 1});
        const nlohmann::json line = {{"picture", "a.png"}, {"people", {{{"keypoints", keypoints}}}}};
        writeWholeFile((path(set) + "/labels.jsonl").toStdString(), line.dump() + "\n");
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        writeRandomWeights(path("w.safetensors").toStdString());
        writePeople("people", 30);
        writeWholeFile(path("07.asf").toStdString(), acclaimSkeletonText());
        writeWholeFile(path("07_01.amc").toStdString(), acclaimMotionText(20, 4, 5));
    }

    void evalPrintsOneFigureALine() {
        const ProgramResult result = runHmr({"eval", "--weights", path("w.safetensors"), "--data", path("people"), "--body", HMR_RESOURCE_DIR "/body/openbody-lod.npz",
                                             "--method", "fit", "-o", path("report"), "--threads", "1"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        for (const char* line : {"\nPCK@0.1: ", "\nmean pose PCK@0.1: ", "\nfit from mean pose PCK@0.1: ", "\nfit from network PCK@0.05: ", "\nalignment: ", "\nnetwork ms, 99th percentile: "})
            QVERIFY2(result.output.contains(line), qPrintable(QString(line) + result.output));
        QVERIFY(QFile::exists(path("report/report.json")) && QFile::exists(path("report/worst.jpg")));
    }

    void mistakesAreExplained() {
        QCOMPARE(runHmr({"eval"}).exitCode, 2);
        QCOMPARE(runHmr({"eval", "--data", path("people"), "--protocol", "mine"}).exitCode, 2);
        QCOMPARE(runHmr({"eval", "--data", path("people"), "--limit", "-3"}).exitCode, 2);
        QCOMPARE(runHmr({"eval", "--data", path("people"), "--body-male", "m.npz"}).exitCode, 2);
        QCOMPARE(runHmr({"synth", "--count", "0", "-o", path("nothing")}).exitCode, 2);
        QVERIFY(!QFile::exists(path("nothing")));
        const ProgramResult missing = runHmr({"eval", "--weights", path("w.safetensors"), "--data", path("nowhere")});
        QCOMPARE(missing.exitCode, 1);
        QVERIFY(missing.errors.contains("nowhere"));
    }

    void synthesizedPartsAreJudged() {
        const ProgramResult drawn = runHmr({"synth", "--count", "2", "--size", "64", "--parts", "-o", path("drawn")});
        QVERIFY2(drawn.exitCode == 0, qPrintable(drawn.errors));
        const ProgramResult result = runHmr({"eval", "--weights", path("w.safetensors"), "--data", path("drawn"), "--threads", "1"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        for (const char* line : {"\nforeground F1: ", "\nsix parts accuracy: ", "\nsix parts F1: ", "\nPVE mm: "})
            QVERIFY2(result.output.contains(line), qPrintable(QString(line) + result.output));
    }

    void datasetCheckDrawsASheetAndNamesProblems() {
        const ProgramResult good = runHmr({"dataset", "check", path("people"), "-o", path("sheet.png")});
        QVERIFY2(good.exitCode == 0 && good.output.contains("problems: 0"), qPrintable(good.output + good.errors));
        QVERIFY(QImage(path("sheet.png")).width() >= 192);
        writePeople("outside", 400);
        const ProgramResult bad = runHmr({"dataset", "check", path("outside")});
        QCOMPARE(bad.exitCode, 1);
        QVERIFY(bad.output.contains("19 visible joints lie outside the picture of 120x160"));
    }

    void datasetCheckListsEveryFaultAndDrawsTheRest() {
        writePeople("faulty", 30);
        const std::string good = readWholeFile((path("faulty") + "/labels.jsonl").toStdString());
        nlohmann::json line = nlohmann::json::parse(good);
        nlohmann::json fewer = line, both = line;
        line["picture"] = "gone.png";
        fewer["people"][0]["keypoints"].erase(0);
        both["people"].push_back(fewer["people"][0]);  // one is right, one is wrong
        std::string lines = good + line.dump() + "\n" + fewer.dump() + "\n" + both.dump() + "\n{\"picture\": \"a.png\", \"peo\n";
        const auto check = [&](const std::string& text) {
            writeWholeFile((path("faulty") + "/labels.jsonl").toStdString(), text);
            return runHmr({"dataset", "check", path("faulty"), "-o", path("faulty.png")});
        };
        const ProgramResult listed = check(lines);
        QCOMPARE(listed.exitCode, 1);
        for (const char* said : {"line 2: picture gone.png is not in", "line 3, person 1: \"keypoints\" has 18 entries, expected 19",
                                 "line 4, person 2: \"keypoints\" has 18", "line 5: ", "people: 2\n", "problems: 4\n"})
            QVERIFY2(listed.output.contains(said), qPrintable(QString(said) + " in " + listed.output + listed.errors));
        QVERIFY(QImage(path("faulty.png")).width() >= 192);
        lines.clear();
        for (int i = 0; i < 60; ++i) lines += line.dump() + "\n";
        QFile::remove(path("faulty.png"));
        const ProgramResult many = check(lines);
        QCOMPARE(many.exitCode, 1);
        QVERIFY(many.output.contains("line 50: ") && !many.output.contains("line 51: ") && many.output.contains("and 10 more\n"));
        QVERIFY(many.output.contains("people: 0\n") && !QFile::exists(path("faulty.png")));
        QCOMPARE(runHmr({"dataset", "pack", path("faulty"), "-o", path("faulty.npz")}).exitCode, 1);  // the first fault ends it
    }

    void packedPeopleAreFitted() {
        QCOMPARE(runHmr({"dataset", "pack", path("people"), "-o", path("people.npz")}).exitCode, 0);
        const ProgramResult fitted = runHmr({"dataset", "fit", path("people.npz"), "--weights", path("w.safetensors"), "-o", path("fitted.npz")});
        QVERIFY2(fitted.exitCode == 0 && fitted.output.contains("0 of 1 people have a fitted body\n"), qPrintable(fitted.output + fitted.errors));  // joints along a line
        QVERIFY(QFile(path("fitted.npz")).size() > QFile(path("people.npz")).size());
        const ProgramResult missing = runHmr({"dataset", "fit", path("nothing.npz"), "-o", path("never.npz")});
        QVERIFY(missing.exitCode == 1 && missing.errors.contains("nothing.npz") && !QFile::exists(path("never.npz")));
    }

    void detectorsAreMeasured() {
        const nlohmann::json coco = {{"images", {{{"id", 1}, {"file_name", "a.png"}}}},
                                     {"annotations", {{{"id", 1}, {"image_id", 1}, {"bbox", {0, 0, 120, 160}}}, {{"id", 2}, {"image_id", 1}, {"bbox", {5, 5, 20, 40}}}}}};
        writeWholeFile(path("people/person_keypoints.json").toStdString(), coco.dump());
        // The whole picture is one of the two boxes; the other is too small to count.
        const ProgramResult whole = runHmr({"eval", "--detector", "full", "--data", path("people/person_keypoints.json")});
        QVERIFY2(whole.exitCode == 0 && whole.output.contains("people: 1\n") && whole.output.contains("AP50: 1.000"), qPrintable(whole.output + whole.errors));
        QVERIFY2(whole.output.contains(QRegularExpression("recall, longer side [0-9]+ to [0-9]+ % of the picture's: 1 of 1\n")), qPrintable(whole.output));
        const ProgramResult hog = runHmr({"eval", "--detector", "hog", "--data", path("people/person_keypoints.json")});
        QVERIFY(hog.output.contains("recall: 0.000") && hog.output.contains("detection ms, median: "));
        QFile::remove(path("people/person_keypoints.json"));
    }

    void videosAreDrawnAndJudged() {
        const ProgramResult drawn = runHmr({"synth", "video", path("07_01.amc"), "-o", path("walk.mp4"), "--width", "128", "--height", "96", "--fps", "10",
                                            "--recorded-fps", "30", "--seconds", "0.6"});
        QVERIFY2(drawn.exitCode == 0, qPrintable(drawn.errors));
        cv::VideoCapture video(path("walk.mp4").toStdString());
        QCOMPARE(static_cast<int>(video.get(cv::CAP_PROP_FRAME_COUNT)), 6);
        QCOMPARE(static_cast<int>(video.get(cv::CAP_PROP_FRAME_WIDTH)), 128);
        const ProgramResult jitter = runHmr({"eval", "jitter", path("walk.mp4"), "--weights", path("w.safetensors"), "--detector", "full", "--threads", "1"});
        QVERIFY2(jitter.exitCode == 0 && jitter.output.contains("acceleration with smoothing: ") && jitter.output.contains("flipped frames with smoothing: "), qPrintable(jitter.output + jitter.errors));
        QDir().mkpath(path("h36m/S9/Videos"));
        QVERIFY(QFile::copy(path("walk.mp4"), path("h36m/S9/Videos/Walking 1.60457274.mp4")));
        const ProgramResult frames = runHmr({"dataset", "frames", path("h36m")});
        QVERIFY2(frames.exitCode == 0 && frames.output.contains(": 2 frames"), qPrintable(frames.output + frames.errors));
        for (const char* name : {"000001.jpg", "000006.jpg"}) QCOMPARE(QImage(path("h36m/S9/Frames/Walking 1.60457274/") + name).width(), 128);
        const ProgramResult none = runHmr({"dataset", "frames", path("people")});
        QVERIFY(none.exitCode == 1 && none.errors.contains("no videos of Human3.6M"));
        QCOMPARE(runHmr({"eval", "jitter", path("people/a.png"), "--weights", path("w.safetensors")}).exitCode, 1);
        const ProgramResult sheet = runHmr({"eval", "sheet", path("people"), "-o", path("views.jpg"), "--weights", path("w.safetensors"), "--detector", "full",
                                            "--columns", "2", "--tile", "64", "--threads", "1"});
        QVERIFY2(sheet.exitCode == 0, qPrintable(sheet.errors));
        QCOMPARE(QImage(path("views.jpg")).width(), 128);
    }
};

HMR_TEST_CLASS(TestEval, "test_eval")

}  // namespace hmr::test

#include "test_eval.moc"
