// SPDX-License-Identifier: MIT
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <cstring>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/motion/bvh_take.h"
#include "formats/motion/session_file.h"
#include "formats/npz.h"
#include "formats/parameters_file.h"
#include "formats/resources.h"
#include "formats/safetensors.h"
#include "formats/scene_file.h"
#include "support/program.h"
#include "support/random_weights.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;

/// `hmr info`, `hmr doctor` and `hmr bench` as a person uses them.
class TestInfo : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path root_;

    test::ProgramResult info(const QStringList& files) const { return test::runHmr(QStringList{"info"} + files, folder_.path()); }

    /// The header gets spaces at its end until the lowest byte of its length is 128.
    static std::string withHeaderOfLength128(std::string bytes) {
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), sizeof length);
        const std::uint64_t padding = (128 + 256 - length % 256) % 256;
        bytes.insert(sizeof length + length, padding, ' ');
        length += padding;
        std::memcpy(bytes.data(), &length, sizeof length);
        return bytes;
    }

private Q_SLOTS:
    void initTestCase() {
        root_ = folder_.path().toStdString();
        const auto model = test::SmallBody::model();
        saveBodyModel(root_ / "body.npz", test::SmallBody::data());
        test::writeRandomWeights(root_ / "random.safetensors");
        EstimateDocument document{"walk.mp4", 640, 480, 25, {}};
        for (int i = 0; i < 3; ++i) {
            FrameRecord frame{i, i / 25.0, {}};
            for (int id = 0; id <= i; ++id) {
                PersonEstimate person;
                person.id = id;
                person.crop = {{320, 240}, 300};
                updateJoints(*model, person);
                frame.people.push_back(person);
            }
            document.frames.push_back(frame);
        }
        writeParametersJson(root_ / "walk.json", document);
        writeParametersNpz(root_ / "walk.npz", document);
        Take take;
        take.source = "street.mp4";
        take.numFrames = 2;
        take.tracks.push_back({4, "person_4", 0, {}});
        for (int frame = 0; frame < 2; ++frame) take.tracks[0].set(frame, std::make_shared<const MotionSample>());
        SessionDocument session = sessionOf(take);
        session.sources = {"street.mp4"};
        writeSession(root_ / "walk.hmrs", session);
        std::string weights = readWholeFile(root_ / "random.safetensors");
        const std::string own = "resnet18", other = "resnet50";
        for (auto at = weights.find(own); at != std::string::npos; at = weights.find(own, at)) weights.replace(at, own.size(), other);
        writeWholeFile(root_ / "renamed.safetensors", weights);
        auto arrays = readNpz(resourcePath("body/openbody-lod.npz"));
        arrays.erase("cocoplus_regressor");
        writeNpz(root_ / "plain.npz", arrays);
        writeWholeFile(root_ / "swing.bvh",
                       "HIERARCHY\nROOT Middle\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\nJOINT Arm\n{\nOFFSET 1 0 0\n"
                       "CHANNELS 3 Zrotation Xrotation Yrotation\nEnd Site\n{\nOFFSET 1 0 0\n}\n}\n}\nMOTION\nFrames: 2\nFrame Time: 0.05\n"
                       "0 0 0 0 0 0\n0 0 0 10 0 0\n");
        writeBvh(root_ / "walk.bvh", bvhOf(animatedFigures(*model, take, {.preset = &exportPreset("unity")}, UpAxis::Y).front(), 100));
        std::string joints;
        for (int i = 0; i < 25; ++i) joints += std::to_string(10 * i) + "," + std::to_string(20 * i) + ",0.9,";
        joints.pop_back();
        writeWholeFile(root_ / "openpose.json", R"({"version": 1.3, "people": [{"pose_keypoints_2d": [)" + joints + "]}]}");
        writeWholeFile(root_ / "box.json", R"({"bbox": [10, 20, 30, 40]})");
        std::filesystem::copy_file(std::filesystem::path(HMR_TEST_DATA) / "network/script.pt", root_ / "described.pt");
        writeWholeFile(root_ / "described.pt.json", R"({"input_size": 256, "person_share": 0.8})");
        const NdArray few = NdArray::from(std::vector<float>(3), {3});
        writeNpz(root_ / "mean.npz", {{"pose", few}, {"shape", few}, {"cam", few}});
        writeNpz(root_ / "regressor.npz", {{"regressor", NdArray::from(std::vector<float>(2 * 6890), {2, 6890})}});
        writeWholeFile(root_ / "mean.h5", "\x89HDF\r\n");
        writeSafetensors(root_ / "cliff.safetensors", {{"encoder.conv1.weight", few}, {"decpose.weight", few}}, {});
        const std::vector<float> noNumbers = {1, std::numeric_limits<float>::quiet_NaN(), 2};
        writeSafetensors(root_ / "nan.safetensors", {{"layer/weights", NdArray::from(noNumbers, {3})}}, {});
        writeWholeFile(root_ / "alone.index", readWholeFile(std::filesystem::path(HMR_TEST_DATA) / "tensors/bundle.index"));
        writeSafetensors(root_ / "part.safetensors", {{"3D_module/fc1/weights", few}, {"resnet_v2_50/conv1/weights", few}}, {});
        writeNpz(root_ / "other.npz", {{"numbers", NdArray::from(std::vector<float>(6, 1.f), {2, 3})}});
        const std::vector<Figure> figures = {figureFrom(*model, BodyParameters{}, "person", Eigen::Vector3d::Zero(), true)};
        writeObj(root_ / "person.obj", figures);
        writeWholeFile(root_ / "notes.txt", "nothing of ours");
        writeWholeFile(root_ / "empty.npz", "");
        writeWholeFile(root_ / "cut.npz", readWholeFile(root_ / "body.npz").substr(0, 5000));
        const std::filesystem::path data = HMR_TEST_DATA;
        writeWholeFile(root_ / "cut.pkl", readWholeFile(data / "models/tiny_hmr.pkl").substr(0, 20000));
        writeWholeFile(root_ / "cut.pt", readWholeFile(data / "tensors/trainer_legacy.pt").substr(0, 1500));
        writeWholeFile(root_ / "beginsAsPickle.safetensors", withHeaderOfLength128(readWholeFile(root_ / "random.safetensors")));
        writeWholeFile(root_ / "cut.safetensors", readWholeFile(root_ / "random.safetensors").substr(0, 5000));
    }

    void eachKindIsRecognised_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("body") << "body.npz" << QStringList{"body model", "small-test-body", "560 vertices", "1008 triangles", "24 joints"};
        QTest::newRow("SMPL's pickle") << HMR_TEST_DATA "/models/tiny_chumpy_python2.pkl" << QStringList{"body model", "6 vertices", "24 joints"};
        QTest::newRow("weights") << "random.safetensors" << QStringList{"network weights", "hmr-resnet18", "float32", "million", "64 x 64 RGB", "mean 0.485, 0.456, 0.406", "6d, 3 steps"};
        QTest::newRow("weights whose first byte is a pickle's") << "beginsAsPickle.safetensors" << QStringList{"network weights", "hmr-resnet18", "million"};
        QTest::newRow("json") << "walk.json" << QStringList{"body parameters", "walk.mp4", "640 x 480", "3, 25.00 a second", "3 in 6 estimates"};
        QTest::newRow("npz") << "walk.npz" << QStringList{"body parameters", "walk.mp4", "3 in 6 estimates"};
        QTest::newRow("arrays") << "other.npz" << QStringList{"NumPy arrays", "numbers", "float32", "2 x 3"};
        QTest::newRow("session") << "walk.hmrs" << QStringList{"session", "street.mp4", "person_4 in 2", "hmr export"};
        QTest::newRow("OpenPose's joints") << "openpose.json" << QStringList{"OpenPose", "1, 1 with joints", "--box openpose.json"};
        QTest::newRow("a box") << "box.json" << QStringList{"person boxes", "1, 0 with joints", "10.0, 20.0, 30.0 x 40.0"};
        QTest::newRow("a described module") << "described.pt" << QStringList{"TorchScript module", "256 x 256", "0.800 of the crop", "described.pt.json says", "runs as it is", "cannot be converted"};
        QTest::newRow("mean parameters") << "mean.npz" << QStringList{"smpl_mean_params.npz", "not needed"};
        QTest::newRow("a regressor") << "regressor.npz" << QStringList{"regressor of 2 joints"};
        QTest::newRow("another network") << "cliff.safetensors" << QStringList{"no kind that is run here", "CLIFF"};
        QTest::newRow("a detector") << HMR_RESOURCE_DIR "/weights/detector.safetensors" << QStringList{"network weights", "our person detector", "--detector"};
        QTest::newRow("a pose") << HMR_RESOURCE_DIR "/poses/sitting.json" << QStringList{"pose of the window's library", "Sitting", "24, 9 of them turned", "Poses panel"};
        QTest::newRow("BVH of a known skeleton") << "walk.bvh" << QStringList{"motion (BVH)", "Hips", "24 and ", "named for Unity", "2, 30.00 a second: 0.1 s", "hmr export"};
        QTest::newRow("BVH of another") << "swing.bvh" << QStringList{"motion (BVH)", "Middle", "2 and 1 end sites", "no kind that is known", "2, 20.00 a second: 0.1 s", "none here"};
        QTest::newRow("a body with joints of its own") << HMR_RESOURCE_DIR "/body/openbody-lod.npz" << QStringList{"coco-plus joints   yes"};
        QTest::newRow("a body without") << "plain.npz" << QStringList{"coco-plus joints   approximated"};
        QTest::newRow("mesh") << "person.obj" << QStringList{"mesh or scene", "1008 triangles"};
    }
    void eachKindIsRecognised() {
        QFETCH(QString, file);
        QFETCH(QStringList, expected);
        const auto result = info({file});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        for (const QString& text : expected) QVERIFY2(result.output.contains(text), qPrintable(text + "\n" + result.output));
    }

    void filesOfOthersAreRecognised_data() {
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("models/tiny_hmr.pkl") << QStringList{"body model", "6 vertices", "coco-plus joints   yes", "HMR networks drive it"};
        QTest::newRow("models/tiny.npz") << QStringList{"body model", "no regressor of the 19 coco-plus joints"};
        QTest::newRow("models/hands.npz") << QStringList{"52 joints"};
        QTest::newRow("models/expressive.npz") << QStringList{"55 joints"};  // holds pickled dictionaries beside its numbers
        QTest::newRow("tensors/trainer_legacy.pt") << QStringList{"network weights", "PyTorch checkpoint (legacy)", "of no kind that is run here"};
        QTest::newRow("tensors/lightning.pt") << QStringList{"PyTorch checkpoint (zip)"};
        QTest::newRow("network/script.pt") << QStringList{"TorchScript module", "script.pt.json", "once that file is there"};
        QTest::newRow("results/vibe_output.pkl") << QStringList{"motion that VIBE recovered", "frames             3", "people             2", "640 x 480", "hmr export"};
        QTest::newRow("results/wham_output.pkl") << QStringList{"WHAM", "people             1: person_0 in 3", "unknown"};
        QTest::newRow("results/phalp_compressed.pkl") << QStringList{"PHALP", "people             2"};
        QTest::newRow("results/romp_video.npz") << QStringList{"ROMP", "frames             3", "512 x 512"};
        QTest::newRow("models/motion.npz") << QStringList{"AMASS", "frames             2", "156 numbers a frame", "16 betas", "hmr export"};
        QTest::newRow("formats/objects.npz") << QStringList{"NumPy arrays", "not read here", "float64"};
        QTest::newRow("formats/records.npy") << QStringList{"NumPy arrays", "not read here"};
        QTest::newRow("tensors/bundle.index") << QStringList{"TensorFlow checkpoint", "resnet_v2_50"};
    }
    void filesOfOthersAreRecognised() {
        QFETCH(QStringList, expected);
        const auto result = info({QString(HMR_TEST_DATA "/") + QTest::currentDataTag()});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        for (const QString& text : expected) QVERIFY2(result.output.contains(text), qPrintable(text + "\n" + result.output));
    }
    void aPickleThatCallsTheSystemIsOneClearMessage() {
        for (const char* name : {"models/bad_system.pkl", "models/bad_eval.pkl", "tensors/bad_system.pt", "tensors/bad_system_legacy.pt"}) {
            const auto result = info({QString(HMR_TEST_DATA "/") + name});
            QCOMPARE(result.exitCode, 1);
            QVERIFY2(result.errors.contains("Nothing was executed"), qPrintable(result.errors));
            QVERIFY(!QFile::exists(folder_.filePath("executed")));
        }
    }
    void bodiesAndWeightsAreConverted() {
        const QString data = HMR_TEST_DATA "/";
        auto result = test::runHmr({"convert", data + "models/tiny_hmr.pkl", "copy.npz"}, folder_.path());
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(loadBodyModel(root_ / "copy.npz")->data().contentHash, loadBodyModel(std::filesystem::path(HMR_TEST_DATA) / "models/tiny_hmr.pkl")->data().contentHash);
        result = test::runHmr({"convert", data + "tensors/plain.pt", "copy.safetensors"}, folder_.path());
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("no network that is known here"), qPrintable(result.errors));
        result = test::runHmr({"convert", data + "network/script.pt", "copy.safetensors"}, folder_.path());
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("cannot be converted") && result.errors.contains("runs as it is"), qPrintable(result.errors));
        QCOMPARE(test::runHmr({"convert", data + "models/star.npz", "star.npz"}, folder_.path()).exitCode, 1);
        QCOMPARE(test::runHmr({"convert", data + "models/tiny.npz", "copy.txt"}, folder_.path()).exitCode, 1);
        QVERIFY(!QFile::exists(folder_.filePath("copy.safetensors")) && !QFile::exists(folder_.filePath("star.npz")));
    }

    void everyTensorIsListedWhenAsked() {
        const auto plain = info({"random.safetensors"}), full = info({"--all", "random.safetensors"});
        QVERIFY(!plain.output.contains("conv1.weight"));
        QVERIFY(full.output.contains("conv1.weight"));
    }

    void whatIsNotKnownIsOneClearMessage_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        QTest::newRow("text") << "notes.txt" << "no kind that is known";
        QTest::newRow("missing") << "nowhere.npz" << "cannot be opened";
        QTest::newRow("empty") << "empty.npz" << "is empty";
        QTest::newRow("folder") << "." << "folder";
        QTest::newRow("cut body") << "cut.npz" << "cut.npz";
        QTest::newRow("cut weights") << "cut.safetensors" << "cut.safetensors";
        QTest::newRow("cut pickle") << "cut.pkl" << "cut.pkl";
        QTest::newRow("cut checkpoint") << "cut.pt" << "cut.pt";
        QTest::newRow("an HDF5 file") << "mean.h5" << "mean parameters";
        QTest::newRow("weights under another name") << "renamed.safetensors" << "says that it is hmr-resnet50, but its tensors are those of hmr-resnet18. Choose other weights";
        QTest::newRow("half a network") << "part.safetensors" << "tensors are missing or of another shape";
        QTest::newRow("an absurd shape in a checkpoint") << HMR_TEST_DATA "/tensors/bad_shape.pt" << "is damaged";
        QTest::newRow("numbers that are cut off") << HMR_TEST_DATA "/tensors/bad_short_storage.pt" << "is damaged";
        QTest::newRow("numbers that are missing") << HMR_TEST_DATA "/tensors/bad_no_storage.pt" << "is damaged";
        QTest::newRow("an archive in place of a checkpoint") << HMR_TEST_DATA "/tensors/bad_no_pickle.pt" << "no data.pkl";
        QTest::newRow("a checkpoint without its data") << "alone.index" << "is damaged";
        QTest::newRow("weights of no number") << "nan.safetensors" << "is damaged";
        QTest::newRow("zip bomb") << HMR_TEST_DATA "/formats/bomb.npz" << "bomb.npz";
        QTest::newRow("arrays that expand beyond reason") << HMR_TEST_DATA "/formats/expands.npz" << "200 times its size";
        QTest::newRow("compressed numbers of PyTorch's") << HMR_TEST_DATA "/tensors/bad_bomb.pt" << "does not compress numbers";
        QTest::newRow("results that expand beyond reason") << HMR_TEST_DATA "/results/bad_bomb.pkl" << "200 times its size";
        QTest::newRow("results of bad numbers") << HMR_TEST_DATA "/results/bad_not_finite.pkl" << "not finite";
        QTest::newRow("absurd sparse matrix") << HMR_TEST_DATA "/models/bad_absurd_sparse.pkl" << "absurd shape";
        QTest::newRow("absurd tensor") << HMR_TEST_DATA "/tensors/bad_bundle_shape.index" << "absurd shape";
        QTest::newRow("NaN") << HMR_TEST_DATA "/models/bad_not_finite.pkl" << "not finite";
        QTest::newRow("Python objects") << HMR_TEST_DATA "/models/bad_objects.pkl" << "Python objects";
    }
    void whatIsNotKnownIsOneClearMessage() {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const auto result = info({file});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(expected), qPrintable(result.errors));
        QVERIFY(result.errors.startsWith("hmr: "));
    }

    void damageIsNamed() {
        const auto alone = info({"alone.index"}), nan = info({"nan.safetensors"});
        QVERIFY2(alone.output.contains("damaged") && alone.output.contains("alone.data-00000-of-00001"), qPrintable(alone.output));
        QVERIFY2(nan.output.contains("numbers that are not finite") && !nan.output.contains("opens as it is"), qPrintable(nan.output));
    }
    void missingTensorsAreListed() {
        const auto few = info({"part.safetensors"}), all = info({"--all", "part.safetensors"});
        QVERIFY2(few.output.contains("more, shown with --all") && few.output.contains("conv1/weights has the shape [3], expected [7,7,3,64]"), qPrintable(few.output));
        QVERIFY(!few.output.contains("mean_param [1,85]") && all.output.contains("mean_param [1,85]"));
        std::string own = readWholeFile(root_ / "random.safetensors");
        const std::string bias = "decpose.bias";
        own.replace(own.find(bias), bias.size(), "decpose.bios");
        writeWholeFile(root_ / "lacking.safetensors", own);
        const auto lacking = info({"lacking.safetensors"});
        QCOMPARE(lacking.exitCode, 1);
        QVERIFY2(lacking.output.contains("decpose.bias [144]") && lacking.output.contains("cannot run without what is missing"), qPrintable(lacking.output));
        QCOMPARE(info({"random.safetensors"}).exitCode, 0);
    }
    void oneBadFileDoesNotHideTheOthers() {
        const auto result = info({"notes.txt", "body.npz"});
        QCOMPARE(result.exitCode, 1);
        QVERIFY(result.output.contains("560 vertices"));
        QCOMPARE(info({}).exitCode, 2);
    }

    void doctorNamesWhatItLookedAt() {
        const auto result = test::runHmr({"doctor"}, folder_.path());
        for (const char* name : {"HMR Studio", "LibTorch", "OpenCV", "Assimp", "OpenGL", "cameras", "weights", "body"}) {
            QVERIFY2(result.output.contains(name), qPrintable(result.output));
        }
        QCOMPARE(result.exitCode, result.output.contains("BROKEN") ? 1 : 0);
    }

    void doctorFindsABrokenBody() {
        QVERIFY(QDir(folder_.path()).mkpath("broken/body"));
        writeWholeFile(root_ / "broken/body/openbody.npz", "no body");
        qputenv("HMR_RESOURCES", (root_ / "broken").string().c_str());
        const auto result = test::runHmr({"doctor"}, folder_.path());
        qunsetenv("HMR_RESOURCES");
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.output.contains("BROKEN  body"), qPrintable(result.output));
        QVERIFY(result.output.contains("openbody.npz"));
    }

    void benchTimesEveryStage() {
        const QStringList arguments = {"bench", "--json", "--repeat", "2", "--threads", "1", "--body", "body.npz", "--weights", "random.safetensors"};
        const auto result = test::runHmr(arguments, folder_.path());
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        const QJsonObject document = QJsonDocument::fromJson(result.output.toUtf8()).object();
        QCOMPARE(document["threads"].toInt(), 1);
        QStringList names;
        for (const auto& entry : document["stages"].toArray()) {
            const QJsonObject stage = entry.toObject();
            names << stage["name"].toString();
            QVERIFY2(stage["median_ms"].toDouble() > 0, qPrintable(result.output));
            QVERIFY(stage["p95_ms"].toDouble() >= stage["median_ms"].toDouble());
            QVERIFY(stage["runs"].toInt() >= 2);
            QCOMPARE(stage["threads"].toInt(), 1);
        }
        QCOMPARE(names, (QStringList{"opening-first", "opening-again", "posing", "posing-open-body", "drag-step", "snap", "snap-silhouette", "network", "network-resnet50", "crop", "detection",
                                     "rendering", "pipeline-picture", "pipeline-video", "training-pictures", "training-step"}));
    }

    void benchSaysWhyAStageIsSkipped() {
        const auto result = test::runHmr({"bench", "--repeat", "1", "--body", "body.npz", "--weights", "notes.txt"}, folder_.path());
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.output.contains("skipped") && result.output.contains("notes.txt"));
        QVERIFY(result.output.contains("detection"));
    }
};

HMR_TEST_CLASS(TestInfo, "test_info")
#include "test_info.moc"
