// SPDX-License-Identifier: MIT
#include <assimp/postprocess.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <assimp/Importer.hpp>
#include <map>

#include "body/shared_joints.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/bvh.h"
#include "formats/motion/bvh_take.h"
#include "formats/motion_export_fixture.h"
#include "formats/scene_file.h"
#include "support/assimp_motion.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;
namespace fs = std::filesystem;

namespace {

Eigen::Vector3d placeOf(const aiMatrix4x4& transform) { return {double(transform.a4), double(transform.b4), double(transform.c4)}; }

/// A body without pose blend shapes, which no skin has.
std::shared_ptr<const BodyModel> onlySkinned(BodyModelData data) {
    data.poseDirections.setZero();
    return std::make_shared<BodyModel>(std::move(data));
}

/// Where a reader shows a mesh's vertices, the corners of its triangles one after another: file units.
std::vector<Eigen::Vector3d> shownCorners(const aiMesh& mesh, const std::map<std::string, aiMatrix4x4>& world) {
    std::vector<Eigen::Vector3d> shown(mesh.mNumVertices, Eigen::Vector3d::Zero()), corners;
    for (unsigned b = 0; b < mesh.mNumBones; ++b) {
        const aiBone& bone = *mesh.mBones[b];
        const aiMatrix4x4 moves = world.at(bone.mName.C_Str()) * bone.mOffsetMatrix;
        for (unsigned w = 0; w < bone.mNumWeights; ++w) {
            const aiVector3D place = moves * mesh.mVertices[bone.mWeights[w].mVertexId];
            shown[bone.mWeights[w].mVertexId] += double(bone.mWeights[w].mWeight) * Eigen::Vector3d(double(place.x), double(place.y), double(place.z));
        }
    }
    for (unsigned f = 0; f < mesh.mNumFaces; ++f)
        for (unsigned corner = 0; corner < 3; ++corner) corners.push_back(shown[mesh.mFaces[f].mIndices[corner]]);
    return corners;
}

/// The float32 values of a base64 text.
std::vector<float> floatsOf(const QJsonValue& text) {
    const QByteArray bytes = QByteArray::fromBase64(text.toString().toLatin1());
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

}  // namespace

/// The animated scenes read back: skeleton, skin, extras and the way.
class TestMotionExports : public QObject, private MotionExportFixture {
    Q_OBJECT
    QJsonArray peopleInGlb(const fs::path& file) const {
        const std::string glb = readWholeFile(file);
        std::uint32_t size = 0;
        std::memcpy(&size, glb.data() + 12, sizeof(size));
        const QJsonObject document = QJsonDocument::fromJson(QByteArray(glb.data() + 20, static_cast<int>(size))).object();
        return document["scenes"].toArray()[0].toObject()["extras"].toObject()["hmr"].toObject()["people"].toArray();
    }
    /// The user property "hmr" of every mesh of an FBX file: a 32-bit length behind the property's name, type, label and flags.
    QJsonArray peopleInFbx(const fs::path& file) const {
        const std::string fbx = readWholeFile(file);
        const std::string head = std::string("S\3\0\0\0hmrS\7\0\0\0KStringS\0\0\0\0S\1\0\0\0US", 32);
        QJsonArray people;
        for (std::size_t at = 0; (at = fbx.find(head, at)) != std::string::npos; at += head.size()) {
            std::uint32_t size = 0;
            std::memcpy(&size, fbx.data() + at + head.size(), sizeof(size));
            people.append(QJsonDocument::fromJson(QByteArray(fbx.data() + at + head.size() + 4, static_cast<int>(size))).object());
        }
        return people;
    }
    /// Every joint at every frame against the body posed by ourselves, read by Assimp.
    void compareJoints(const fs::path& file, const ExportPreset& preset, UpAxis up, double unit) {
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), aiProcess_ValidateDataStructure);
        QVERIFY2(scene, importer.GetErrorString());
        QVERIFY(scene->HasAnimations());
        const AssimpMotion motion(*scene);
        const Truth truth(*model_, take_);
        double worst = 0;
        for (const Track& track : truth.tracks()) {
            for (int frame = track.firstFrame; frame < track.endFrame(); ++frame) {
                const auto world = motion.at(frame / take_.frameRate);
                const PosedBody posed = truth.body(track, frame);
                for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                    const auto node = world.find(track.name + "_" + preset.boneName(joint));
                    QVERIFY2(node != world.end(), qPrintable(QString::fromStdString(track.name + "_" + preset.boneName(joint))));
                    worst = std::max(worst, (yUp(unit * placeOf(node->second), up) - posed.joints.row(joint).transpose()).norm());
                }
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("%1 mm").arg(1000 * worst)));
    }

private Q_SLOTS:
    void theWorldIsUprightOnTheFloor() {
        const Truth truth(*model_, take_);
        const PosedBody first = truth.body(truth.tracks()[0], 0);
        QVERIFY((first.joints.row(0).leftCols<1>().norm()) < 1e-6 && std::abs(first.joints(0, 2)) < 1e-6);
        QVERIFY(first.joints(15, 1) - first.joints(7, 1) > 1.2);
        std::vector<double> lowest;
        for (int frame = 0; frame < 40; ++frame) lowest.push_back(static_cast<double>(truth.body(truth.tracks()[0], frame).vertices.col(1).minCoeff()));
        std::sort(lowest.begin(), lowest.end());
        QVERIFY2(std::abs(lowest[20]) < 0.05, qPrintable(QString::number(lowest[20])));
    }
    void worldAndTakeAreInverse() {
        const WorldFrame world = worldOf(*model_, take_);
        const BodyParameters& body = take_.tracks[1].at(15)->body;
        const Eigen::Vector3d pelvis = shapedJoints(*model_, body.betas).row(0).transpose();
        const BodyParameters back = inTake(world, pelvis, inWorld(world, pelvis, body));
        // Near half a turn a rotation has two vectors, so rotations are compared.
        for (const int joint : {0, 16})
            QVERIFY(angleBetween(rotationFromAxisAngle(back.pose.row(joint).transpose()), rotationFromAxisAngle(body.pose.row(joint).transpose())) < 1e-7);
        QVERIFY((back.translation - body.translation).norm() < 1e-9);
    }
    void everyJointReadsBack_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("preset");
        for (const ExportPreset& preset : exportPresets())
            for (const char* format : {"glb", "fbx"})
                QTest::addRow("%s %s", format, std::string(preset.name).c_str()) << format << QString::fromStdString(std::string(preset.name));
    }
    void everyJointReadsBack() {
        QFETCH(QString, format);
        QFETCH(QString, preset);
        const ExportPreset& chosen = exportPreset(preset.toStdString());
        const bool isFbx = format == "fbx";
        const fs::path file = write(("walk 走 " + preset + "." + format).toStdString().c_str(), isFbx ? MotionFormat::Fbx : MotionFormat::Glb, with(preset.toStdString().c_str()));
        compareJoints(file, chosen, isFbx ? chosen.fbxUp : UpAxis::Y, isFbx ? 0.01 : 1);
    }
    void everyPersonHasATakeInFbx() {
        const fs::path file = write("takes.fbx", MotionFormat::Fbx, with("plain"));
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), 0);
        QVERIFY(scene);
        QCOMPARE(scene->mNumAnimations, 3U);
        QCOMPARE(QString(scene->mAnimations[1]->mName.C_Str()), QString("person_2"));
    }
    void skinAndShapeReadBack_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("unit");
        QTest::newRow("glb") << "skin.glb" << 1.0;
        QTest::newRow("fbx") << "skin.fbx" << 0.01;
    }
    void skinAndShapeReadBack() {
        QFETCH(QString, name);
        QFETCH(double, unit);
        MotionExportSettings settings;
        settings.people = {1};
        const fs::path file = write(name.toStdString().c_str(), motionFormatOf(name.toStdString()).format, settings);
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), aiProcess_ValidateDataStructure);
        QVERIFY2(scene && scene->mNumMeshes == 1, importer.GetErrorString());
        const aiMesh& mesh = *scene->mMeshes[0];
        QCOMPARE(mesh.mNumBones, 24U);
        // The T-pose stands upright on the floor at the height of the shaped body.
        double lowest = 1e9, highest = -1e9;
        for (unsigned v = 0; v < mesh.mNumVertices; ++v) {
            lowest = std::min(lowest, unit * double(mesh.mVertices[v].y));
            highest = std::max(highest, unit * double(mesh.mVertices[v].y));
        }
        const Points3f shaped = shapeBody(*model_, take_.tracks[1].at(20)->body.betas);
        QVERIFY(std::abs(lowest) < kMillimetre);
        QVERIFY(std::abs(highest - double(shaped.col(1).maxCoeff() - shaped.col(1).minCoeff())) < kMillimetre);
    }
    void theSkinMovesAsThePosedBody_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("unit");
        QTest::newRow("glb") << "moving.glb" << 1.0;
        QTest::newRow("fbx") << "moving.fbx" << 0.01;
    }
    void theSkinMovesAsThePosedBody() {
        QFETCH(QString, name);
        QFETCH(double, unit);
        const fs::path file = write(name.toStdString().c_str(), motionFormatOf(name.toStdString()).format, {});
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), 0);
        QVERIFY2(scene && scene->mNumMeshes == 3, importer.GetErrorString());
        const AssimpMotion motion(*scene);
        const auto skinned = onlySkinned(SmallBody::data());
        // The world is that of the whole body; only what is compared leaves the blend shapes out.
        const WorldFrame world = worldOf(*model_, take_);
        const std::vector<Track> tracks = exportedTracks(*model_, take_, {});
        double worst = 0, moved = 0;
        for (std::size_t person = 0; person < tracks.size(); ++person) {
            const Track& track = tracks[person];
            const BodyParameters& first = track.samples.front()->body;
            const Eigen::Vector3d pelvis = shapedJoints(*skinned, first.betas).row(0).transpose();
            const Points3f start = poseBody(*skinned, inWorld(world, pelvis, first)).vertices;
            for (const int frame : {track.firstFrame, 25, 31, 39}) {
                const PosedBody posed = poseBody(*skinned, inWorld(world, pelvis, track.at(frame)->body));
                const auto corners = shownCorners(*scene->mMeshes[person], motion.at(frame / take_.frameRate));
                QCOMPARE(corners.size(), static_cast<std::size_t>(model_->triangles().size()));
                for (std::size_t corner = 0; corner < corners.size(); ++corner) {
                    const Eigen::Index vertex = model_->triangles().data()[corner];
                    worst = std::max(worst, (unit * corners[corner] - posed.vertices.row(vertex).transpose().cast<double>()).norm());
                }
                moved = std::max(moved, double((posed.vertices - start).rowwise().norm().maxCoeff()));
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("%1 mm").arg(1000 * worst)));
        QVERIFY(moved > 0.3);
    }
    void shapeAndParametersOfEveryFrameAreKept_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("glb") << "extras.glb";
        QTest::newRow("fbx") << "extras.fbx";
    }
    void shapeAndParametersOfEveryFrameAreKept() {
        QFETCH(QString, name);
        Take take = take_;
        take.firstSourceFrame = 100;
        const fs::path file = folder_ / name.toStdString();
        exportTake(file, motionFormatOf(file).format, *model_, take, {}, false);
        const QJsonArray people = name.endsWith("glb") ? peopleInGlb(file) : peopleInFbx(file);
        QCOMPARE(people.size(), 3);
        const std::vector<Track> tracks = exportedTracks(*model_, take, {});
        for (int person = 0; person < 3; ++person) {
            const QJsonObject kept = people[person].toObject();
            const Track& track = tracks[static_cast<std::size_t>(person)];
            QCOMPARE(kept["first_frame"].toInt(), 10 * person);
            QCOMPARE(kept["first_source_frame"].toInt(), 100 + 10 * person);
            QCOMPARE(kept["frame_rate"].toDouble(), 30.0);
            QCOMPARE(kept["source"].toString(), QString::fromStdString(take.source));
            QCOMPARE(kept["camera"].toObject()["width"].toInt(), 1280);
            QVERIFY(std::abs(kept["camera"].toObject()["focal_length"].toDouble() - take.focalLength) < 1e-9);
            QVERIFY(std::abs(kept["betas"].toArray()[0].toDouble() - 0.7) < 1e-9);
            const std::vector<float> pose = floatsOf(kept["pose"]), translation = floatsOf(kept["translation"]);
            const std::size_t numFrames = track.samples.size();
            QCOMPARE(kept["num_frames"].toInt(), static_cast<int>(numFrames));
            QCOMPARE(pose.size(), 72 * numFrames);
            QCOMPARE(translation.size(), 3 * numFrames);
            for (std::size_t frame = 0; frame < numFrames; ++frame) {
                const BodyParameters& body = track.samples[frame]->body;
                for (Eigen::Index i = 0; i < 72; ++i) QCOMPARE(pose[72 * frame + static_cast<std::size_t>(i)], static_cast<float>(body.pose.data()[i]));
                for (Eigen::Index i = 0; i < 3; ++i) QCOMPARE(translation[3 * frame + static_cast<std::size_t>(i)], static_cast<float>(body.translation[i]));
            }
        }
    }
    void bodiesWithHandsKeepAllTheirJoints_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("numJoints");
        for (const char* extension : {"glb", "fbx", "bvh"}) {
            QTest::addRow("SMPL-H %s", extension) << "hands" << extension << 52;
            QTest::addRow("SMPL-X %s", extension) << "expressive" << extension << 55;
        }
    }
    void bodiesWithHandsKeepAllTheirJoints() {
        QFETCH(QString, body);
        QFETCH(QString, extension);
        QFETCH(int, numJoints);
        BodyModelData data = loadBodyModel(fs::path(HMR_TEST_DATA) / "models" / (body + ".npz").toStdString())->data();
        data.jointNames.clear();
        for (int joint = 0; joint < numJoints; ++joint) data.jointNames.push_back("own_" + std::to_string(joint));
        const auto model = std::make_shared<const BodyModel>(data);
        const fs::path file = folder_ / (body + "." + extension).toStdString();
        MotionExportSettings settings = with("unity");
        settings.people = {0};
        exportTake(file, motionFormatOf(file).format, *model, take_, settings, false);
        const ExportPreset& unity = exportPreset("unity");
        // What the preset knows has its names, fingers and face have their own.
        std::vector<std::string> names = model->data().jointNames;
        for (int joint = 0; joint < kNumSharedJoints; ++joint) names[static_cast<std::size_t>(joint)] = unity.boneName(joint);
        const Truth truth(*model, take_, settings);
        const Track& track = truth.tracks()[0];
        double worst = 0;
        const auto compare = [&](int frame, const auto& placeOfName, double unit) {
            const PosedBody posed = truth.body(track, frame);
            QCOMPARE(posed.joints.rows(), Eigen::Index{numJoints});
            for (int joint = 0; joint < numJoints; ++joint)
                worst = std::max(worst, (unit * placeOfName(names[static_cast<std::size_t>(joint)]) - posed.joints.row(joint).transpose()).norm());
        };
        if (extension == "bvh") {
            const BvhMotion motion = readBvh(file);
            for (int frame = 0; frame < 40; frame += 3) {
                const Points3d places = worldPositions(motion, frame);
                compare(frame, [&](const std::string& name) { return Eigen::Vector3d(places.row(motion.find(name)).transpose()); }, 0.01);
            }
            QVERIFY(largestTurn(*readTake(file, *model).tracks[0].at(30), *track.at(30)) < EIGEN_PI);  // the names are known again
        } else {
            Assimp::Importer importer;
            const aiScene* scene = importer.ReadFile(file.string(), 0);
            QVERIFY2(scene && scene->mNumMeshes == 1, importer.GetErrorString());
            QCOMPARE(scene->mMeshes[0]->mNumBones, static_cast<unsigned>(numJoints));
            const AssimpMotion motion(*scene);
            for (int frame = 0; frame < 40; frame += 3) {
                const auto world = motion.at(frame / take_.frameRate);
                compare(frame, [&](const std::string& name) { return placeOf(world.at(name)); }, extension == "fbx" ? 0.01 : 1);
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("%1 mm").arg(1000 * worst)));
    }
    void bvhIsZxyInCentimetresAndReadsBack_data() {
        QTest::addColumn<QString>("preset");
        for (const ExportPreset& preset : exportPresets()) QTest::newRow(std::string(preset.name).c_str()) << QString::fromStdString(std::string(preset.name));
    }
    void bvhIsZxyInCentimetresAndReadsBack() {
        QFETCH(QString, preset);
        const ExportPreset& chosen = exportPreset(preset.toStdString());
        MotionExportSettings settings = with(preset.toStdString().c_str());
        settings.people = {0};
        const fs::path file = write(("one " + preset + ".bvh").toStdString().c_str(), MotionFormat::Bvh, settings);
        const BvhMotion motion = readBvh(file);
        QVERIFY(std::abs(motion.frameTime - 1 / take_.frameRate) < 1e-8);
        const BvhJoint& knee = motion.joints[static_cast<std::size_t>(motion.find(chosen.boneName(4)))];
        QVERIFY(knee.channels == (std::vector<BvhChannel>{BvhChannel::ZRotation, BvhChannel::XRotation, BvhChannel::YRotation}));
        const Truth truth(*model_, take_, settings);
        const Track& track = truth.tracks()[0];
        double worst = 0;
        for (int frame = 0; frame < motion.numFrames(); ++frame) {
            const Points3d places = worldPositions(motion, frame);
            const PosedBody posed = truth.body(track, frame);
            for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                const Eigen::Vector3d place = places.row(motion.find(chosen.boneName(joint))).transpose() / chosen.bvhUnitsPerMetre;
                worst = std::max(worst, (yUp(place, chosen.textUp) - posed.joints.row(joint).transpose()).norm());
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("%1 mm").arg(1000 * worst)));
        // Another program's reader puts the joints there too, below a root bone as well.
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), 0);
        QVERIFY2(scene != nullptr, importer.GetErrorString());
        const AssimpMotion assimp(*scene);
        for (int frame = 0; frame < motion.numFrames(); frame += 6) {
            const auto world = assimp.at(frame / take_.frameRate);
            const PosedBody posed = truth.body(track, frame);
            for (int joint = 0; joint < kNumSmplJoints; ++joint) {
                const Eigen::Vector3d place = placeOf(world.at(chosen.boneName(joint))) / chosen.bvhUnitsPerMetre;
                worst = std::max(worst, (yUp(place, chosen.textUp) - posed.joints.row(joint).transpose()).norm());
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("Assimp: %1 mm").arg(1000 * worst)));
        // No channel jumps: half a turn between frames would be a flip.
        QVERIFY((motion.frames.bottomRows(motion.numFrames() - 1) - motion.frames.topRows(motion.numFrames() - 1)).cwiseAbs().maxCoeff() < 120);
        if (chosen.root != RootHandling::Pelvis) return;
        const Take back = readTake(file, *model_);
        QCOMPARE(back.tracks[0].numSamples(), 40);
        for (int frame = 0; frame < 40; frame += 7) {
            for (int joint = 1; joint < kNumSmplJoints; ++joint)
                QVERIFY(angleBetween(rotationFromAxisAngle(back.tracks[0].at(frame)->body.pose.row(joint).transpose()),
                                     rotationFromAxisAngle(track.at(frame)->body.pose.row(joint).transpose())) < 1e-5);
        }
    }
    // A child's zeros are MakeHuman's, which leave it where its offset is; others tell its whole place.
    void childrensPositionsAddOrTakeTheOffsetsPlace() {
        const auto placeOfChild = [](const std::string& position) {
            const std::string text = "HIERARCHY\nROOT a\n{\nOFFSET 1 2 3\nCHANNELS 3 Xposition Yposition Zposition\nJOINT b\n{\nOFFSET 0 90 0\n"
                                     "CHANNELS 3 Xposition Yposition Zposition\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.04\n10 20 30 " + position + "\n";
            return Eigen::Vector3d(worldPositions(parseBvh(text, "text"), 0).row(1).transpose());
        };
        QCOMPARE(placeOfChild("0 0 0"), Eigen::Vector3d(10, 110, 30));
        QCOMPARE(placeOfChild("1 -2 0"), Eigen::Vector3d(11, 108, 30));
        QCOMPARE(placeOfChild("1 88 0"), Eigen::Vector3d(11, 108, 30));
    }
    void rootHandlingKeepsOrDropsTheWay() {
        MotionExportSettings settings;
        settings.people = {0};
        settings.root = RootHandling::InPlace;
        const AnimatedFigure inPlace = animatedFigures(*model_, take_, settings, UpAxis::Y).front();
        for (int frame = 0; frame < inPlace.numFrames(); ++frame) QVERIFY(jointPlaces(inPlace, frame).row(0).cwiseProduct(Eigen::RowVector3d(1, 0, 1)).norm() < 1e-9);
        settings.root = RootHandling::RootBone;
        const AnimatedFigure withRoot = animatedFigures(*model_, take_, settings, UpAxis::Y).front();
        settings.root = RootHandling::Pelvis;
        const AnimatedFigure plain = animatedFigures(*model_, take_, settings, UpAxis::Y).front();
        QCOMPARE(withRoot.figure.jointNames.front(), std::string("root"));
        for (int frame = 0; frame < plain.numFrames(); ++frame) {
            QVERIFY((jointPlaces(withRoot, frame).bottomRows(24) - jointPlaces(plain, frame)).norm() < 1e-9);
            QVERIFY(std::abs(jointPlaces(withRoot, frame)(0, 1)) < 1e-12);
        }
    }
    void theDocumentedTableIsTheOneInUse() {
        const fs::path page = fs::path(HMR_TEST_DATA).parent_path().parent_path() / "docs" / "export.md";
        const QString text = QString::fromStdString(readWholeFile(page));
        for (const ExportPreset& preset : exportPresets()) {
            const QString row = QString("| `%1` | %2 | %3 | %4 |").arg(QString::fromStdString(std::string(preset.name)), preset.fbxUp == UpAxis::Y ? "y up" : "z up",
                                                                         preset.textUp == UpAxis::Y ? "y up" : "z up", preset.bvhUnitsPerMetre == 100 ? "cm" : "m");
            QVERIFY2(text.contains(row), qPrintable(row));
        }
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            QString row = QString("| %1 |").arg(joint);
            for (const char* preset : {"plain", "unity", "unreal", "mixamo"}) row += " `" + QString::fromStdString(exportPreset(preset).boneName(joint)) + "` |";
            QVERIFY2(text.contains(row), qPrintable(row));
            for (const char* preset : {"blender", "maya"}) QCOMPARE(exportPreset(preset).boneName(joint), exportPreset("plain").boneName(joint));
        }
    }
};

HMR_TEST_CLASS(TestMotionExports, "test_motion_exports")
#include "test_motion_exports.moc"
