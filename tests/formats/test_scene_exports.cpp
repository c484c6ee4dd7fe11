// SPDX-License-Identifier: MIT
#include <assimp/postprocess.h>
#include <assimp/scene.h>
#include <sys/resource.h>

#include <QTemporaryDir>
#include <assimp/Importer.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include "formats/atomic_file.h"
#include "formats/fbx_file.h"
#include "formats/scene_file.h"
#include "support/error_text.h"
#include "support/figures.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

constexpr double kTolerance = 1e-4;  // metres: a tenth of a millimetre

void collectNodes(const aiNode* node, const aiMatrix4x4& parent, std::map<std::string, aiMatrix4x4>& world,
                  std::vector<std::pair<const aiNode*, unsigned>>& meshes) {
    const aiMatrix4x4 transform = parent * node->mTransformation;
    world[node->mName.C_Str()] = transform;
    for (unsigned m = 0; m < node->mNumMeshes; ++m) meshes.emplace_back(node, node->mMeshes[m]);
    for (unsigned c = 0; c < node->mNumChildren; ++c) collectNodes(node->mChildren[c], transform, world, meshes);
}

Points3d points(const aiVector3D* vectors, unsigned count) {
    Points3d result(count, 3);
    for (unsigned i = 0; i < count; ++i) result.row(i) << vectors[i].x, vectors[i].y, vectors[i].z;
    return result;
}

/// Vertices of a mesh as a viewer shows them: skinned by the joints' nodes, or as they stand.
Points3d shown(const aiMesh& mesh, const aiMatrix4x4& meshTransform, const std::map<std::string, aiMatrix4x4>& world) {
    std::vector<aiVector3D> result(mesh.mNumVertices);
    std::vector<double> sums(mesh.mNumVertices, 0);
    for (unsigned b = 0; b < mesh.mNumBones; ++b) {
        const aiBone& bone = *mesh.mBones[b];
        const aiMatrix4x4 transform = world.at(bone.mName.C_Str()) * bone.mOffsetMatrix;
        for (unsigned w = 0; w < bone.mNumWeights; ++w) {
            const aiVertexWeight& weight = bone.mWeights[w];
            result[weight.mVertexId] += weight.mWeight * (transform * mesh.mVertices[weight.mVertexId]);
            sums[weight.mVertexId] += static_cast<double>(weight.mWeight);
        }
    }
    for (unsigned v = 0; v < mesh.mNumVertices; ++v) {
        if (mesh.mNumBones == 0) result[v] = meshTransform * mesh.mVertices[v];
        else if (std::abs(sums[v] - 1) > 1e-5) throw Error("the weights of a vertex sum to " + std::to_string(sums[v]));
    }
    return points(result.data(), mesh.mNumVertices);
}

}  // namespace

class TestSceneExports : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;
    std::vector<Figure> figures_ = test::twoFigures(*test::SmallBody::model());

    static void write(const fs::path& file, std::span<const Figure> figures) {
        if (file.extension() == ".obj") writeObj(file, figures);
        else if (file.extension() == ".glb") writeGlb(file, figures);
        else writeFbx(file, figures);
    }
    static void formats() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("unit");
        QTest::newRow("obj") << "obj" << 1.0;
        QTest::newRow("glb") << "glb" << 1.0;
        QTest::newRow("fbx") << "fbx" << 0.01;
    }
    /// Compares what Assimp reads with the figures, corner by corner of every triangle.
    void readBack(const fs::path& file, std::span<const Figure> figures, double unit, bool hasSkeleton) {
        Assimp::Importer importer;
        const aiScene* scene = importer.ReadFile(file.string(), aiProcess_ValidateDataStructure);
        QVERIFY2(scene, importer.GetErrorString());
        std::map<std::string, aiMatrix4x4> world;
        std::vector<std::pair<const aiNode*, unsigned>> meshes;
        collectNodes(scene->mRootNode, aiMatrix4x4(), world, meshes);
        QCOMPARE(meshes.size(), figures.size());
        std::set<std::string> bones;
        for (std::size_t i = 0; i < figures.size(); ++i) {
            const Figure& figure = figures[i];
            const aiMesh& mesh = *scene->mMeshes[meshes[i].second];
            QCOMPARE(mesh.mNumFaces, static_cast<unsigned>(figure.triangles.rows()));
            QVERIFY(mesh.HasNormals() && mesh.HasTextureCoords(0));
            // Assimp writes one skin for all meshes of a .glb, and so every mesh names the joints of all.
            const std::size_t numSkeletons = file.extension() == ".glb" ? figures.size() : 1;
            QCOMPARE(mesh.mNumBones, hasSkeleton ? 24 * numSkeletons : 0);
            for (unsigned b = 0; b < mesh.mNumBones; ++b) bones.insert(mesh.mBones[b]->mName.C_Str());
            const Points3d vertices = unit * shown(mesh, world.at(meshes[i].first->mName.C_Str()), world);
            const Points3f& normals = hasSkeleton ? figure.restNormals : figure.posedNormals;
            double worst = 0, worstNormal = 0, worstTexture = 0;
            for (unsigned f = 0; f < mesh.mNumFaces; ++f)
                for (unsigned corner = 0; corner < 3; ++corner) {
                    const unsigned found = mesh.mFaces[f].mIndices[corner];
                    const std::uint32_t vertex = figure.triangles(f, corner), texture = figure.textureTriangles(f, corner);
                    worst = std::max(worst, (vertices.row(found) - figure.posedVertices.row(vertex).cast<double>()).norm());
                    const aiVector3D n = mesh.mNormals[found], uv = mesh.mTextureCoords[0][found];
                    worstNormal = std::max(worstNormal, static_cast<double>((Eigen::RowVector3f(n.x, n.y, n.z) - normals.row(vertex)).norm()));
                    worstTexture = std::max(worstTexture, static_cast<double>((Eigen::RowVector2f(uv.x, uv.y) - figure.textureCoordinates.row(texture)).norm()));
                }
            QVERIFY2(worst < kTolerance, qPrintable(QString::number(worst)));
            QVERIFY2(worstNormal < 1e-3, qPrintable(QString::number(worstNormal)));
            QVERIFY2(worstTexture < 1e-5, qPrintable(QString::number(worstTexture)));
        }
        QCOMPARE(bones.size(), hasSkeleton ? 24 * figures.size() : 0);
    }

private Q_SLOTS:
    void initTestCase() {
        folder_ = fs::path(directory_.path().toStdString()) / "my files 文件";
        fs::create_directories(folder_);
    }
    void onePersonReadsBack_data() { formats(); }
    void onePersonReadsBack() {
        QFETCH(QString, format);
        QFETCH(double, unit);
        const fs::path file = folder_ / ("one 人." + format.toStdString());
        write(file, {figures_.data(), 1});
        readBack(file, {figures_.data(), 1}, unit, format != "obj");
    }
    void twoPeopleOfOneNameReadBack_data() { formats(); }
    void twoPeopleOfOneNameReadBack() {
        QFETCH(QString, format);
        QFETCH(double, unit);
        const fs::path file = folder_ / ("two." + format.toStdString());
        write(file, figures_);
        readBack(file, figures_, unit, format != "obj");
    }
    void theSummaryTellsWhatIsThere_data() { formats(); }
    void theSummaryTellsWhatIsThere() {
        QFETCH(QString, format);
        const fs::path file = folder_ / ("summary." + format.toStdString());
        write(file, figures_);
        const SceneSummary summary = summarizeScene(file);
        QVERIFY(!summary.format.empty());
        QCOMPARE(summary.numMeshes, 2);
        QCOMPARE(summary.numTriangles, static_cast<int>(2 * figures_[0].triangles.rows()));
        QVERIFY(summary.numVertices >= 2 * figures_[0].restVertices.rows() && summary.numVertices < 3 * summary.numTriangles);
        QCOMPARE(summary.numBones, format == "obj" ? 0 : 48);
        QCOMPARE(summary.numAnimations, 0);
        if (format == "obj") {
            const Eigen::Vector3f lowest = figures_[0].posedVertices.colwise().minCoeff().cwiseMin(figures_[1].posedVertices.colwise().minCoeff());
            const Eigen::Vector3f highest = figures_[0].posedVertices.colwise().maxCoeff().cwiseMax(figures_[1].posedVertices.colwise().maxCoeff());
            QVERIFY((summary.lowest - lowest.cast<double>()).norm() < kTolerance);
            QVERIFY((summary.highest - highest.cast<double>()).norm() < kTolerance);
        }
    }
    void theBonesAreNamedAsTheJoints() {
        for (const char* name : {"names.glb", "names.fbx"}) {
            write(folder_ / name, {figures_.data(), 1});
            Assimp::Importer importer;
            const aiScene* scene = importer.ReadFile((folder_ / name).string(), 0);
            QVERIFY(scene);
            for (const std::string& joint : figures_[0].jointNames) QVERIFY2(scene->mRootNode->FindNode(joint.c_str()), joint.c_str());
        }
    }
    void aJointMayHaveTheFiguresName() {
        std::vector<Figure> figures = {figures_[0]};
        figures[0].name = "pelvis";
        for (const char* name : {"pelvis.glb", "pelvis.fbx"}) {
            write(folder_ / name, figures);
            readBack(folder_ / name, figures, fs::path(name).extension() == ".fbx" ? 0.01 : 1, true);
        }
    }
    void theObjHasItsMaterialAndObjects() {
        writeObj(folder_ / "my body.obj", figures_);
        const std::string obj = readWholeFile(folder_ / "my body.obj"), mtl = readWholeFile(folder_ / "my body.mtl");
        QVERIFY(obj.find("mtllib my body.mtl\n") != std::string::npos);
        QVERIFY(obj.find("\no person 人\n") != std::string::npos && obj.find("\no person 人_2\n") != std::string::npos);
        QVERIFY(mtl.find("newmtl body\n") != std::string::npos);
    }
    void theSameFiguresGiveTheSameBytes_data() { formats(); }
    void theSameFiguresGiveTheSameBytes() {
        QFETCH(QString, format);
        const fs::path file = folder_ / ("same." + format.toStdString());
        write(file, figures_);
        const std::string first = readWholeFile(file);
        write(file, figures_);
        QCOMPARE(readWholeFile(file) == first, true);
    }
    void aFullDiskLeavesTheOlderFile_data() { formats(); }
    void aFullDiskLeavesTheOlderFile() {
        QFETCH(QString, format);
        const fs::path file = folder_ / ("full." + format.toStdString());
        const fs::path material = folder_ / "full.mtl";  // small enough to be written
        for (const fs::path& older : {file, material}) writeWholeFile(older, "old");
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit tight{8192, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &tight);
        const QString text = errorText([&] { write(file, figures_); });
        setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(text.contains("unchanged"), qPrintable(text));
        for (const fs::path& older : {file, material}) QCOMPARE(readWholeFile(older), "old");
    }
    void badScenesAreRefused() {
        writeWholeFile(folder_ / "bad.fbx", "Kaydara FBX Binary  nonsense");
        writeWholeFile(folder_ / "text.xyz", "hello");
        for (const char* name : {"bad.fbx", "text.xyz", "none.glb"}) {
            const QString text = errorText([&] { summarizeScene(folder_ / name); });
            QVERIFY2(text.contains(name), qPrintable(text));
        }
        QVERIFY(errorText([&] { writeGlb(folder_ / "empty.glb", {}); }).contains("no person"));
        QVERIFY(errorText([&] { writeObj(folder_ / "missing" / "a.obj", figures_); }).contains("Choose a folder"));
    }
};

HMR_TEST_CLASS(TestSceneExports, "test_scene_exports")
#include "test_scene_exports.moc"
