// SPDX-License-Identifier: MIT
#include <assimp/postprocess.h>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <assimp/Importer.hpp>
#include <functional>
#include <map>

#include "body/motion/foot_locking.h"
#include "body/motion/joint_chain.h"
#include "body/shared_joints.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/bvh.h"
#include "formats/motion/amass_file.h"
#include "formats/motion/bvh_take.h"
#include "formats/motion/mesh_sequence.h"
#include "formats/motion/session_part.h"
#include "formats/motion/take_document.h"
#include "formats/motion/take_file.h"
#include "formats/npz.h"
#include "formats/obeyed_permissions.h"
#include "formats/scene_file.h"
#include "support/assimp_motion.h"
#include "support/error_text.h"
#include "support/full_disk.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

constexpr double kMillimetre = 1e-3;

/// What the exports are measured by: the body posed by ourselves, in the world of the export.
class Truth {
public:
    Truth(const BodyModel& model, const Take& take, const MotionExportSettings& settings = {})
        : model_(model), world_(worldOf(model, take)), tracks_(exportedTracks(model, take, settings)) {}

    const std::vector<Track>& tracks() const { return tracks_; }
    PosedBody body(const Track& track, int frame) const {
        const BodyParameters& own = track.at(frame)->body;
        return poseBody(model_, inWorld(world_, shapedJoints(model_, own.betas).row(0).transpose(), own));
    }

private:
    const BodyModel& model_;
    WorldFrame world_;
    std::vector<Track> tracks_;
};

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

Eigen::Vector3d yUp(const Eigen::Vector3d& p, UpAxis up) { return up == UpAxis::Y ? p : Eigen::Vector3d(p.x(), p.z(), -p.y()); }

}  // namespace

class TestMotionExports : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;
    const std::shared_ptr<const BodyModel> model_ = test::SmallBody::model();
    const Take take_ = test::walkingTake(3, 40, {18, 22});

    MotionExportSettings with(const char* preset) const {
        MotionExportSettings settings;
        settings.preset = &exportPreset(preset);
        return settings;
    }
    fs::path write(const char* name, MotionFormat format, const MotionExportSettings& settings, bool each = false) const {
        return exportTake(folder_ / name, format, *model_, take_, settings, each).front();
    }
    QStringList entries(const fs::path& folder) const {
        return QDir(QString::fromStdString(folder.string())).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    /// A row a motion format, and one for sessions.
    static void formats() {
        QTest::addColumn<QString>("format");
        for (const MotionFormatInfo& info : motionFormats()) QTest::newRow(std::string(info.name).c_str()) << QString::fromStdString(std::string(info.name));
        QTest::newRow("session") << "session";
    }
    void writeAs(const QString& format, const fs::path& folder, const Take& take, bool each) const {
        if (format == "session") return writeSession(folder / "walk.hmrs", sessionOf(take));
        const MotionFormatInfo& info = motionFormat(format.toStdString());
        exportTake(folder / ("walk" + std::string(info.extension)), info.format, *model_, take, {}, each);
    }
    /// Every file below a folder with its bytes; folders without.
    static std::map<std::string, std::string> contentsOf(const fs::path& folder) {
        std::map<std::string, std::string> contents;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            contents[fs::relative(entry.path(), folder).string()] = entry.is_directory() ? "" : readWholeFile(entry.path());
        return contents;
    }
    /// Exports over a shorter take's files while something stands in the way: one message that says `expected`, and nothing changes.
    void failOverOlderFiles(const fs::path& folder, const QString& format, bool each, const QString& expected, const std::function<QString()>& failing) {
        fs::remove_all(folder);
        fs::create_directories(folder);
        writeAs(format, folder, test::walkingTake(2, 15), each);
        const auto before = contentsOf(folder);
        const QString text = failing();
        QVERIFY2(text.contains(expected) && text.contains(QString::fromStdString(folder.string())) && !text.contains(".hmr-"), qPrintable(text));
        QVERIFY(contentsOf(folder) == before);
    }
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
        const test::AssimpMotion motion(*scene);
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
    void initTestCase() {
        folder_ = fs::path(directory_.path().toStdString()) / "my motion 动作";
        fs::create_directories(folder_);
    }
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
        const test::AssimpMotion motion(*scene);
        const auto skinned = onlySkinned(test::SmallBody::data());
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
            QVERIFY(test::largestTurn(*readTake(file, *model).tracks[0].at(30), *track.at(30)) < EIGEN_PI);  // the names are known again
        } else {
            Assimp::Importer importer;
            const aiScene* scene = importer.ReadFile(file.string(), 0);
            QVERIFY2(scene && scene->mNumMeshes == 1, importer.GetErrorString());
            QCOMPARE(scene->mMeshes[0]->mNumBones, static_cast<unsigned>(numJoints));
            const test::AssimpMotion motion(*scene);
            for (int frame = 0; frame < 40; frame += 3) {
                const auto world = motion.at(frame / take_.frameRate);
                compare(frame, [&](const std::string& name) { return placeOf(world.at(name)); }, extension == "fbx" ? 0.01 : 1);
            }
        }
        QVERIFY2(worst < kMillimetre, qPrintable(QString("%1 mm").arg(1000 * worst)));
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
    void aBodyOfAnotherSkeletonIsRefused() {
        BodyModelData data = test::SmallBody::data();
        data.parents[5] = 0;
        QVERIFY(errorText([&] { exportTake(folder_ / "other.glb", MotionFormat::Glb, BodyModel(data), take_, {}, false); }).contains("SMPL-X"));
    }
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
        QVERIFY(test::largestTurn(*finishedTake(part).tracks[0].at(12), *finishedTake(document).tracks[0].at(22)) < 1e-9);
        QVERIFY(errorText([&] { partOf(document, {7}, {0, 40}); }).contains("nobody"));
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
    void parametersReadBack() {
        for (const char* name : {"params.json", "params2.npz"}) {
            const fs::path file = write(name, fs::path(name).extension() == ".json" ? MotionFormat::ParametersJson : MotionFormat::ParametersNpz, {});
            const Take back = readTake(file, *model_);
            QCOMPARE(back.tracks.size(), std::size_t{3});
            QVERIFY(gapsOf(back.tracks[0]) == gapsOf(take_.tracks[0]));
            QVERIFY(test::largestTurn(*back.tracks[0].at(5), *take_.tracks[0].at(5)) < 1e-6);
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
    void aFullDiskLeavesTheOlderFiles_data() { formats(); }
    void aFullDiskLeavesTheOlderFiles() {
        QFETCH(QString, format);
        const fs::path folder = folder_ / "full";
        for (const bool each : {false, true}) {
            failOverOlderFiles(folder, format, each, "Free some space", [&] {
                const test::FullDisk disk(1000);
                return errorText([&] { writeAs(format, folder, take_, each); });
            });
        }
    }
    void aReadOnlyFolderKeepsTheOlderFiles_data() { formats(); }
    void aReadOnlyFolderKeepsTheOlderFiles() {
        QFETCH(QString, format);
        const fs::path folder = folder_ / "read only";
        for (const bool each : {false, true}) {
            failOverOlderFiles(folder, format, each, "Permission denied", [&] {
                const test::ObeyedPermissions obeyed;
                fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
                const QString text = errorText([&] { writeAs(format, folder, take_, each); });
                fs::permissions(folder, fs::perms::owner_all);
                return text;
            });
        }
    }
    void oneFileEach() {
        const fs::path folder = folder_ / "each";
        fs::create_directories(folder);
        exportTake(folder / "a.b walk.bvh", MotionFormat::Bvh, *model_, take_, {}, false);
        exportTake(folder / "w.glb", MotionFormat::Glb, *model_, take_, {}, true);
        QCOMPARE(entries(folder), (QStringList{"a.b walk.person_1.bvh", "a.b walk.person_2.bvh", "a.b walk.person_3.bvh", "w.person_1.glb", "w.person_2.glb", "w.person_3.glb"}));
        QCOMPARE(readBvh(folder / "a.b walk.person_3.bvh").numFrames(), 40);
    }
    void cancellingLeavesNothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format");
        for (const MotionFormatInfo& info : motionFormats()) QTest::newRow(std::string(info.name).c_str()) << QString("cancelled") + QString::fromStdString(std::string(info.extension)) << QString::fromStdString(std::string(info.name));
    }
    void cancellingLeavesNothing() {
        QFETCH(QString, name);
        QFETCH(QString, format);
        const fs::path folder = folder_ / "cancelled";
        const auto info = motionFormat(format.toStdString());
        const Take take = test::walkingTake(2, 200);
        for (const bool each : {false, true}) {
            for (const double wanted : {0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.85, 0.93}) {
                fs::create_directories(folder);
                MotionExportSettings settings;
                double reached = -1;
                settings.onProgress = [&](double share) { return (reached = share) < wanted; };
                if (!info.holdsSeveral) settings.people = {0};
                const QString text = errorText([&] { exportTake(folder / name.toStdString(), info.format, *model_, take, settings, each); });
                QVERIFY2(text.contains("cancelled"), qPrintable(QString("%1 at %2").arg(text).arg(wanted)));
                QVERIFY2(reached < wanted + 0.35, qPrintable(QString("%1, not %2").arg(reached).arg(wanted)));  // seen within the file
                QCOMPARE(entries(folder), QStringList());
                fs::remove_all(folder);
            }
        }
    }
    void badWishesAreRefused() {
        MotionExportSettings nobody;
        nobody.people = {77};
        QVERIFY(errorText([&] { write("x.glb", MotionFormat::Glb, nobody); }).contains("nobody"));
        QVERIFY(errorText([&] { exportPreset("3dsmax"); }).contains("unreal"));
        QVERIFY(errorText([&] { motionFormatOf("walk.doc"); }).contains(".bvh"));
        QVERIFY(errorText([&] { exportTake(folder_ / "none" / "x.glb", MotionFormat::Glb, *model_, take_, {}, false); }).contains("Choose a folder"));
        writeWholeFile(folder_ / "file", "x");
        QVERIFY(errorText([&] { exportTake(folder_ / "file", MotionFormat::ObjSequence, *model_, take_, {}, false); }).contains("file of that name"));
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
