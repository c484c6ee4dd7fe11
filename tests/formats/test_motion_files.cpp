// SPDX-License-Identifier: MIT
#include <assimp/Importer.hpp>

#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/bvh.h"
#include "formats/motion/amass_file.h"
#include "formats/motion/mesh_sequence.h"
#include "formats/motion/session_part.h"
#include "formats/motion/take_document.h"
#include "formats/motion_export_fixture.h"
#include "formats/npz.h"
#include "support/assimp_motion.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;
namespace fs = std::filesystem;

/// Sessions, AMASS, parameters, tables and mesh sequences read back.
class TestMotionFiles : public QObject, private MotionExportFixture {
    Q_OBJECT
private Q_SLOTS:
    void aSessionLeavesWithItsKeysAndShapes() {
        SessionDocument document = sessionOf(take_);
        document.edits = {{.source = take_.source, .person = 1, .betas = {{0, -1.5}}}, {.source = "other.mp4", .person = 0, .betas = {{0, 3}}}};
        document.keys[0].keys[5].rotations[4] = {1.2, 0, 0};
        writeSession(folder_ / "by hand.hmrs", document);
        const Take take = readTake(folder_ / "by hand.hmrs", *model_);
        QVERIFY(take.tracks[1].at(12)->body.betas[0] == -1.5 && take.tracks[1].at(39)->body.betas[0] == -1.5);
        QVERIFY(std::abs(take.tracks[0].at(5)->body.betas[0] - 0.7) < 1e-6);
        QVERIFY(take.tracks[0].at(5)->body.pose.row(4).isApprox(Eigen::RowVector3d(1.2, 0, 0), 1e-6));
    }
    void partOfASessionKeepsWhatItHolds() {
        SessionDocument document = sessionOf(take_);
        document.edits = {{.source = take_.source, .person = 0, .lockedJoints = {4}}, {.source = take_.source, .person = 2, .betas = {{0, 1}}}};
        document.boxes = {{take_.source, 12, {{0, {1, 2, 3, 4}}, {2, {5, 6, 7, 8}}}}};
        document.keys[0].keys[20].rotations[4] = {1.2, 0, 0};
        document.keys[2].keys[30].rotations[4] = {0.3, 0, 0};
        document.frame = 25;
        const SessionDocument part = partOf(document, {0}, {10, 35});
        QCOMPARE(part.take.tracks.size(), std::size_t{1});
        QCOMPARE(part.take.numFrames, 25);
        QCOMPARE(part.frame, 15);
        QCOMPARE(part.edits.size(), std::size_t{1});
        QVERIFY(part.edits[0].lockedJoints == std::set<int>{4});
        QCOMPARE(part.boxes[0].boxes.size(), std::size_t{1});
        QVERIFY(part.keys.size() == 1 && part.keys.at(0).keys.contains(10));
        QVERIFY(largestTurn(*finishedTake(part).tracks[0].at(12), *finishedTake(document).tracks[0].at(22)) < 1e-9);
        QVERIFY(errorText([&] { partOf(document, {7}, {0, 40}); }).contains("no person 8"));
    }
    void importedMotionIsNoSourceOfASession() {
        MotionExportSettings settings;
        settings.people = {0};
        const fs::path bvh = write("imported.bvh", MotionFormat::Bvh, settings);
        const SessionDocument document = sessionOf(readTake(bvh, *model_));
        QVERIFY(document.sources.empty() && document.source.empty());
        QCOMPARE(document.take.source, bvh.string());
    }
    void importedMotionIsSeenFromACamera() {
        MotionExportSettings settings;
        settings.people = {0};
        Take take = readTake(write("seen.bvh", MotionFormat::Bvh, settings), *model_);
        QVERIFY(errorText([&] { documentOf(*model_, take); }).contains("camera"));
        take = seenFromACamera(std::move(take));
        const EstimateDocument document = documentOf(*model_, take);
        QCOMPARE(document.frames.size(), std::size_t{40});
        for (const FrameRecord& frame : document.frames) QVERIFY(frame.people.at(0).camera.scale > 0);
    }
    void amassHasTheJointsOfTheBody_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("width");
        QTest::newRow("SMPL-H") << "hands" << 156;
        QTest::newRow("SMPL-X") << "expressive" << 165;
    }
    void amassHasTheJointsOfTheBody() {
        QFETCH(QString, body);
        QFETCH(int, width);
        const auto model = loadBodyModel(fs::path(HMR_TEST_DATA) / "models" / (body + ".npz").toStdString());
        MotionExportSettings settings;
        settings.people = {1};
        const fs::path file = folder_ / (body + ".npz").toStdString();
        exportTake(file, MotionFormat::AmassNpz, *model, take_, settings, false);
        QVERIFY(readNpz(file).at("poses").shape == (std::vector<std::size_t>{30, static_cast<std::size_t>(width)}));
        const Take back = readTake(file, *model);
        const JointChain chain(*model, back.tracks[0].at(20)->body.betas);
        const Points3d read = chain.pose(back.tracks[0].at(20)->body).positions, own = chain.pose(take_.tracks[1].at(20)->body).positions;
        // Another world: distances from the pelvis are the same.
        for (Eigen::Index joint = 0; joint < read.rows(); ++joint)
            QVERIFY(std::abs((read.row(joint) - read.row(0)).norm() - (own.row(joint) - own.row(0)).norm()) < 1e-3);
    }
    void amassReadsBack() {
        MotionExportSettings settings;
        settings.people = {1};
        const fs::path file = write("walk.npz", MotionFormat::AmassNpz, settings);
        const NpzArrays arrays = readNpz(file);
        QVERIFY(arrays.at("poses").shape == (std::vector<std::size_t>{30, 156}));
        QVERIFY(arrays.at("trans").shape == (std::vector<std::size_t>{30, 3}));
        QCOMPARE(arrays.at("gender").text(), std::string("neutral"));
        QCOMPARE(arrays.at("mocap_framerate").as<double>()[0], 30.0);
        const Take back = readTake(file, *model_);
        QCOMPARE(back.tracks[0].firstFrame, 10);
        const Truth truth(*model_, take_, settings), read(*model_, back);
        // Both worlds have the floor at 0 and up in common; places along the floor differ by a constant.
        const PosedBody a0 = truth.body(truth.tracks()[0], 10), b0 = read.body(read.tracks()[0], 10);
        for (int frame = 10; frame < 40; ++frame) {
            const PosedBody a = truth.body(truth.tracks()[0], frame), b = read.body(read.tracks()[0], frame);
            const Points3d difference = (a.joints.rowwise() - a0.joints.row(0)) - (b.joints.rowwise() - b0.joints.row(0));
            QVERIFY2(difference.cwiseAbs().maxCoeff() < 1e-5, qPrintable(QString::number(difference.cwiseAbs().maxCoeff())));
            QVERIFY(std::abs(a.joints(0, 1) - b.joints(0, 1)) < 1e-5);
        }
    }
    // AMASS's shapes are SMPL's: the open body takes the poses alone and stands on a floor of its own.
    void amassOfAnotherBodyKeepsItsPosesAlone() {
        MotionExportSettings settings;
        settings.people = {1};
        NpzArrays arrays = readNpz(write("foreign.npz", MotionFormat::AmassNpz, settings));
        const auto lowestOf = [](const BodyModel& model, const Take& take) {
            const Truth truth(model, take);
            double lowest = 1;
            for (int frame = 10; frame < 40; ++frame) lowest = std::min(lowest, static_cast<double>(truth.body(truth.tracks()[0], frame).vertices.col(1).minCoeff()));
            return lowest;
        };
        const double own = lowestOf(*model_, readTake(folder_ / "foreign.npz", *model_));
        std::vector<double> places = arrays.at("trans").as<double>();
        for (std::size_t i = 2; i < places.size(); i += 3) places[i] += 0.15;  // of longer legs
        arrays["trans"] = NdArray::from(places, {places.size() / 3, 3});
        arrays.erase("body_model");
        arrays["betas"] = NdArray::from(std::vector<double>{-2.5, 3}, {2});
        writeNpz(folder_ / "foreign.npz", arrays);
        BodyModelData data = model_->data();
        data.modelId = "openbody-1.0";
        const BodyModel open(data);
        std::string remark;
        const Take ofOpen = readTake(folder_ / "foreign.npz", open, &remark);
        QVERIFY(QString::fromStdString(remark).contains("of another body"));
        QVERIFY(ofOpen.tracks[0].at(20)->body.betas.isZero());
        const double lowest = lowestOf(open, ofOpen);
        QVERIFY2(std::abs(lowest - own) < 0.03, qPrintable(QString("%1, its own %2").arg(lowest).arg(own)));
        data.modelId = "smpl-neutral";
        remark.clear();
        QCOMPARE(readTake(folder_ / "foreign.npz", BodyModel(data), &remark).tracks[0].at(20)->body.betas[0], -2.5);
        QVERIFY(remark.empty());
    }
    void strangersAreNotExported() {
        MotionExportSettings settings;
        settings.people = {0, 8};
        QCOMPARE(errorText([&] { write("nobody.csv", MotionFormat::JointCsv, settings); }), QString("There is no person 9 in this motion, which has 1, 2 and 3."));
        QCOMPARE(errorText([&] { partOf(sessionOf(take_), {8}, {}); }), QString("There is no person 9 in this motion, which has 1, 2 and 3."));
        QVERIFY(!fs::exists(folder_ / "nobody.csv"));
    }
    void parametersReadBack() {
        for (const char* name : {"params.json", "params2.npz"}) {
            const fs::path file = write(name, fs::path(name).extension() == ".json" ? MotionFormat::ParametersJson : MotionFormat::ParametersNpz, {});
            const Take back = readTake(file, *model_);
            QCOMPARE(back.tracks.size(), std::size_t{3});
            QVERIFY(gapsOf(back.tracks[0]) == gapsOf(take_.tracks[0]));
            QVERIFY(largestTurn(*back.tracks[0].at(5), *take_.tracks[0].at(5)) < 1e-6);
            QVERIFY((back.tracks[0].at(5)->body.translation - take_.tracks[0].at(5)->body.translation).norm() < 1e-5);
        }
    }
    void csvHoldsEveryJoint() {
        const QString text = QString::fromStdString(readWholeFile(write("joints.csv", MotionFormat::JointCsv, with("mixamo"))));
        const QStringList lines = text.split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 1 + 40 + 30 + 20);
        QVERIFY(lines[0].startsWith("frame,time,person,mixamorig:Hips_x,"));
        const QStringList cells = lines[1 + 25].split(',');
        QCOMPARE(cells.size(), 3 + 72);
        const Truth truth(*model_, take_);
        const PosedBody posed = truth.body(truth.tracks()[0], 25);
        QVERIFY(std::abs(cells[3 + 3 * 20 + 1].toDouble() - posed.joints(20, 1)) < 1e-5);
    }
    void meshSequencesCarryPoseBlendShapes() {
        MotionExportSettings settings;
        settings.people = {0};
        settings.range = {4, 7};
        const Truth truth(*model_, take_);
        for (const auto format : {MotionFormat::ObjSequence, MotionFormat::PlySequence}) {
            const bool isObj = format == MotionFormat::ObjSequence;
            const fs::path folder = folder_ / (isObj ? "objs" : "plys");
            exportTake(folder, format, *model_, take_, settings, false);
            const QString extension = isObj ? ".obj" : ".ply";
            QCOMPARE(entries(folder), (QStringList{"person_1_000001" + extension, "person_1_000002" + extension, "person_1_000003" + extension}));
            Assimp::Importer importer;
            const aiScene* scene = importer.ReadFile((folder / ("person_1_000002" + extension.toStdString())).string(), 0);
            QVERIFY2(scene && scene->mNumMeshes == 1, importer.GetErrorString());
            const PosedBody posed = truth.body(truth.tracks()[0], 5);
            const aiMesh& mesh = *scene->mMeshes[0];
            QCOMPARE(mesh.mNumFaces, static_cast<unsigned>(model_->triangles().rows()));
            for (unsigned f = 0; f < mesh.mNumFaces; ++f)
                for (unsigned corner = 0; corner < 3; ++corner) {
                    const aiVector3D v = mesh.mVertices[mesh.mFaces[f].mIndices[corner]];
                    QVERIFY((Eigen::RowVector3f(v.x, v.y, v.z) - posed.vertices.row(model_->triangles()(f, corner))).norm() < 2e-6F);
                }
        }
    }
    void aShorterSequenceReplacesALongerOne_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<bool>("each");
        for (const char* format : {"obj-sequence", "ply-sequence"})
            for (const bool each : {false, true}) QTest::addRow("%s%s", format, each ? " each" : "") << format << each;
    }
    void aShorterSequenceReplacesALongerOne() {
        QFETCH(QString, format);
        QFETCH(bool, each);
        const MotionFormat kind = motionFormat(format.toStdString()).format;
        const std::string extension = kind == MotionFormat::ObjSequence ? ".obj" : ".ply";
        const fs::path target = folder_ / ("shorter " + format + (each ? " each" : "")).toStdString();
        const fs::path folder = each ? fs::path(target.string() + ".person_1") : target;
        MotionExportSettings settings;
        settings.people = {0};
        if (each) settings.people.push_back(1);
        settings.range = {0, 16};
        exportTake(target, kind, *model_, take_, settings, each);
        QCOMPARE(entries(folder).size(), 16);
        const QStringList others = {"notes.txt", "person_1_00001.ply", "person_1_0000010.ply", "person_1_000009.txt", "person_4_000009.ply", "scan_000009.obj"};
        for (const QString& other : others) writeWholeFile(folder / other.toStdString(), "mine");
        settings.range = {0, 12};
        exportTake(target, kind, *model_, take_, settings, each);
        QStringList expected = others;
        for (int frame = 1; frame <= settings.range.end; ++frame) expected << QString("person_1_%1").arg(frame, 6, 10, QChar('0')) + QString::fromStdString(extension);
        expected.sort();
        QCOMPARE(entries(folder), expected);
        for (const QString& other : others) QCOMPARE(readWholeFile(folder / other.toStdString()), std::string("mine"));
    }
    void framesAreToldByTheirNames() {
        QVERIFY(isNumbered("000001.png", "", ".png") && isNumbered("1000000.png", "", ".png") && isNumbered("a_000001.ply", "a_", ".ply"));
        for (const char* name : {"00001.png", "0000001.png", "000001.jpg", "00000a.png", "a000001.png", "000001", ".png", ""}) QVERIFY2(!isNumbered(name, "", ".png"), name);
    }
    void oneFileEach() {
        const fs::path folder = folder_ / "each";
        fs::create_directories(folder);
        exportTake(folder / "a.b walk.bvh", MotionFormat::Bvh, *model_, take_, {}, false);
        exportTake(folder / "w.glb", MotionFormat::Glb, *model_, take_, {}, true);
        QCOMPARE(entries(folder), (QStringList{"a.b walk.person_1.bvh", "a.b walk.person_2.bvh", "a.b walk.person_3.bvh", "w.person_1.glb", "w.person_2.glb", "w.person_3.glb"}));
        QCOMPARE(readBvh(folder / "a.b walk.person_3.bvh").numFrames(), 40);
    }
};

HMR_TEST_CLASS(TestMotionFiles, "test_motion_files")
#include "test_motion_files.moc"
