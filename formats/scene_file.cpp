// SPDX-License-Identifier: MIT
#include "formats/scene_file.h"

#include <assimp/anim.h>
#include <assimp/importerdesc.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <algorithm>
#include <array>
#include <assimp/Exporter.hpp>
#include <assimp/IOStream.hpp>
#include <assimp/IOSystem.hpp>
#include <assimp/Importer.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/figure_mesh.h"
#include "formats/motion/figure_extras.h"

namespace hmr {
namespace {

constexpr int kMostInfluences = 4;  // Assimp's glTF exporter drops a vertex's further joints without a word

/// A file that Assimp writes into memory.
class MemoryStream : public Assimp::IOStream {
public:
    explicit MemoryStream(std::string& bytes) : bytes_(bytes) { bytes_.clear(); }
    std::size_t Read(void*, std::size_t, std::size_t) override { return 0; }
    std::size_t Write(const void* data, std::size_t size, std::size_t count) override {
        const std::size_t length = size * count;
        if (bytes_.size() < position_ + length) bytes_.resize(position_ + length);
        std::memcpy(bytes_.data() + position_, data, length);
        position_ += length;
        return count;
    }
    aiReturn Seek(std::size_t offset, aiOrigin origin) override {
        const std::size_t base = origin == aiOrigin_SET ? 0 : origin == aiOrigin_CUR ? position_ : bytes_.size();
        position_ = base + offset;  // may lie beyond the end, as in a file: Assimp fills a .glb's header in later
        return aiReturn_SUCCESS;
    }
    std::size_t Tell() const override { return position_; }
    std::size_t FileSize() const override { return bytes_.size(); }
    void Flush() override {}

private:
    std::string& bytes_;
    std::size_t position_ = 0;
};

/// Keeps what Assimp writes in memory, so that our files appear whole or not at all and any path will do.
class MemoryFiles : public Assimp::IOSystem {
public:
    explicit MemoryFiles(std::map<std::string, std::string>& files) : files_(files) {}
    bool Exists(const char* name) const override { return files_.contains(name); }
    char getOsSeparator() const override { return '/'; }
    Assimp::IOStream* Open(const char* name, const char*) override { return new MemoryStream(files_[name]); }
    void Close(Assimp::IOStream* stream) override { delete stream; }

private:
    std::map<std::string, std::string>& files_;
};

aiVector3D toAssimp(const Eigen::Vector3f& v) { return {v.x(), v.y(), v.z()}; }

aiMatrix4x4 toAssimp(const Eigen::Affine3d& transform) {
    aiMatrix4x4 matrix;
    for (unsigned row = 0; row < 4; ++row)
        for (unsigned column = 0; column < 4; ++column) matrix[row][column] = static_cast<float>(transform.matrix()(row, column));
    return matrix;
}

std::unique_ptr<aiMesh> surface(const Figure& figure, const SplitMesh& split, const Points3f& vertices, const Points3f& normals) {
    auto mesh = std::make_unique<aiMesh>();
    mesh->mPrimitiveTypes = aiPrimitiveType_TRIANGLE;
    mesh->mNumVertices = static_cast<unsigned>(split.bodyVertices.size());
    mesh->mVertices = new aiVector3D[mesh->mNumVertices];
    mesh->mNormals = new aiVector3D[mesh->mNumVertices];
    for (unsigned i = 0; i < mesh->mNumVertices; ++i) {
        mesh->mVertices[i] = toAssimp(vertices.row(split.bodyVertices[i]));
        mesh->mNormals[i] = toAssimp(normals.row(split.bodyVertices[i]));
    }
    if (!split.textureVertices.empty()) {
        mesh->mTextureCoords[0] = new aiVector3D[mesh->mNumVertices];
        mesh->mNumUVComponents[0] = 2;
        for (unsigned i = 0; i < mesh->mNumVertices; ++i) {
            const auto uv = figure.textureCoordinates.row(split.textureVertices[i]);
            mesh->mTextureCoords[0][i] = {uv.x(), uv.y(), 0};
        }
    }
    mesh->mNumFaces = static_cast<unsigned>(split.triangles.rows());
    mesh->mFaces = new aiFace[mesh->mNumFaces];
    for (unsigned f = 0; f < mesh->mNumFaces; ++f) {
        mesh->mFaces[f].mNumIndices = 3;
        mesh->mFaces[f].mIndices = new unsigned[3];
        for (int corner = 0; corner < 3; ++corner) mesh->mFaces[f].mIndices[corner] = split.triangles(f, corner);
    }
    return mesh;
}

aiMaterial* skinMaterial() {
    auto* material = new aiMaterial;
    const aiString name("body");
    const aiColor4D color(0.72F, 0.62F, 0.55F, 1);
    const float roughness = 0.7F, metallic = 0;
    material->AddProperty(&name, AI_MATKEY_NAME);
    material->AddProperty(&color, 1, AI_MATKEY_COLOR_DIFFUSE);
    material->AddProperty(&color, 1, AI_MATKEY_BASE_COLOR);
    material->AddProperty(&roughness, 1, AI_MATKEY_ROUGHNESS_FACTOR);
    material->AddProperty(&metallic, 1, AI_MATKEY_METALLIC_FACTOR);
    return material;
}

/// A scene under construction: one material, meshes and nodes below one root.
class SceneBuilder {
public:
    SceneBuilder() : scene_(std::make_unique<aiScene>()) {
        scene_->mRootNode = new aiNode("scene");
        scene_->mNumMaterials = 1;
        scene_->mMaterials = new aiMaterial* [1] { skinMaterial() };
    }
    aiNode* root() { return scene_->mRootNode; }
    aiNode* addNode(aiNode* parent, const std::string& name, const Eigen::Affine3d& parentFromNode) {
        auto* node = new aiNode(name);
        node->mTransformation = toAssimp(parentFromNode);
        parent->addChildren(1, &node);
        return node;
    }
    void addMesh(const std::string& name, std::unique_ptr<aiMesh> mesh) {
        mesh->mName = aiString(name);
        aiNode* node = addNode(root(), name, Eigen::Affine3d::Identity());
        node->mNumMeshes = 1;
        node->mMeshes = new unsigned[1]{static_cast<unsigned>(meshes_.size())};
        meshes_.push_back(std::move(mesh));
    }
    void setAnimation(aiAnimation* animation) {
        scene_->mNumAnimations = 1;
        scene_->mAnimations = new aiAnimation* [1] { animation };
    }
    std::unique_ptr<aiScene> finish() {
        scene_->mNumMeshes = static_cast<unsigned>(meshes_.size());
        scene_->mMeshes = new aiMesh*[meshes_.size()];
        std::transform(meshes_.begin(), meshes_.end(), scene_->mMeshes, [](auto& mesh) { return mesh.release(); });
        return std::move(scene_);
    }

private:
    std::unique_ptr<aiScene> scene_;
    std::vector<std::unique_ptr<aiMesh>> meshes_;
};

/// Joint nodes in the pose; returns the name of each.
std::vector<std::string> addSkeleton(SceneBuilder& builder, const Figure& figure, bool isAlone, UniqueNames& names) {
    std::vector<std::string> jointNames;
    std::vector<aiNode*> nodes;
    for (std::size_t joint = 0; joint < figure.parents.size(); ++joint) {
        const int parent = figure.parents[joint];
        const auto row = static_cast<Eigen::Index>(joint);
        Eigen::Vector3d offset = figure.restJoints.row(row).transpose();
        if (parent >= 0) offset -= figure.restJoints.row(parent).transpose();
        else offset += figure.rootTranslation;
        jointNames.push_back(names.take(isAlone ? figure.jointNames[joint] : figure.name + "_" + figure.jointNames[joint]));
        nodes.push_back(builder.addNode(parent >= 0 ? nodes[static_cast<std::size_t>(parent)] : builder.root(), jointNames.back(),
                                        Eigen::Translation3d(offset) * figure.localRotations[joint]));
    }
    return jointNames;
}

void addBones(aiMesh& mesh, const Figure& figure, const SplitMesh& split, const std::vector<std::string>& jointNames) {
    std::vector<std::vector<aiVertexWeight>> weights(jointNames.size());
    for (unsigned i = 0; i < mesh.mNumVertices; ++i)
        for (decltype(figure.skinWeights)::InnerIterator entry(figure.skinWeights, split.bodyVertices[i]); entry; ++entry)
            if (entry.value() > 0) weights[static_cast<std::size_t>(entry.col())].emplace_back(i, entry.value());
    mesh.mNumBones = static_cast<unsigned>(jointNames.size());
    mesh.mBones = new aiBone*[mesh.mNumBones];
    for (std::size_t joint = 0; joint < jointNames.size(); ++joint) {
        auto* bone = mesh.mBones[joint] = new aiBone;
        bone->mName = aiString(jointNames[joint]);
        const Eigen::Vector3d place = figure.restJoints.row(static_cast<Eigen::Index>(joint)).transpose();
        bone->mOffsetMatrix = toAssimp(Eigen::Affine3d(Eigen::Translation3d(-place)));
        bone->mNumWeights = static_cast<unsigned>(weights[joint].size());
        bone->mWeights = new aiVertexWeight[bone->mNumWeights];
        std::copy(weights[joint].begin(), weights[joint].end(), bone->mWeights);
    }
}

/// Keys of one joint in seconds; a joint that only turns keeps its node's place.
std::unique_ptr<aiNodeAnim> channelOf(const AnimatedFigure& animated, std::size_t joint, const std::string& node) {
    const JointCurve& curve = animated.joints[joint];
    auto channel = std::make_unique<aiNodeAnim>();
    channel->mNodeName = aiString(node);
    const auto timeOf = [&](std::size_t i) { return (animated.firstFrame + static_cast<double>(i)) / animated.frameRate; };
    channel->mNumRotationKeys = static_cast<unsigned>(curve.rotations.size());
    channel->mRotationKeys = new aiQuatKey[curve.rotations.size()];
    for (std::size_t i = 0; i < curve.rotations.size(); ++i) {
        const Eigen::Quaternionf q = curve.rotations[i].cast<float>().normalized();
        channel->mRotationKeys[i] = {timeOf(i), aiQuaternion(q.w(), q.x(), q.y(), q.z())};
    }
    if (curve.places.empty()) return channel;
    channel->mNumPositionKeys = static_cast<unsigned>(curve.places.size());
    channel->mPositionKeys = new aiVectorKey[curve.places.size()];
    for (std::size_t i = 0; i < curve.places.size(); ++i) channel->mPositionKeys[i] = {timeOf(i), toAssimp(curve.places[i].cast<float>())};
    return channel;
}

std::map<std::string, std::string> exportScene(const aiScene& scene, const std::string& format, const std::filesystem::path& file) {
    std::map<std::string, std::string> files;
    Assimp::Exporter exporter;
    exporter.SetIOHandler(new MemoryFiles(files));  // owned by the exporter
    if (exporter.Export(&scene, format, file.filename().string()) != aiReturn_SUCCESS)
        throw Error("Cannot write " + file.string() + ": " + exporter.GetErrorString() + ".");
    return files;
}

/// Assimp names a mesh by a group alone. Blender makes one object of all groups, Assimp one mesh of all objects: both are named.
void nameObjects(std::string& obj) {
    for (std::size_t at = 0; (at = obj.find("\ng ", at)) != std::string::npos;) {
        const std::string name = obj.substr(at + 3, obj.find('\n', at + 1) - at - 3);
        const std::string line = "\no " + name;
        obj.insert(at, line);
        at += line.size() + 1;
    }
}

/// Assimp leaves bytes between the buffer views unset; zeros give the same file each time and tell nothing of our memory.
void clearGaps(std::string& glb) {
    constexpr std::size_t kJsonStart = 20, kChunkHeader = 8;
    std::uint32_t jsonSize = 0;
    std::memcpy(&jsonSize, glb.data() + 12, sizeof(jsonSize));
    const auto views = nlohmann::json::parse(glb.substr(kJsonStart, jsonSize)).at("bufferViews");
    const std::size_t dataStart = kJsonStart + jsonSize + kChunkHeader;
    std::string clean(glb.size() - dataStart, '\0');
    for (const auto& view : views) {
        const auto offset = view.at("byteOffset").get<std::size_t>(), length = view.at("byteLength").get<std::size_t>();
        clean.replace(offset, length, glb, dataStart + offset, length);
    }
    glb.replace(dataStart, clean.size(), clean);
}

/// Puts what Assimp cannot write (extras of the scene) into a .glb's JSON.
void setExtras(std::string& glb, const nlohmann::json& extras) {
    constexpr std::size_t kJsonStart = 20;
    std::uint32_t jsonSize = 0;
    std::memcpy(&jsonSize, glb.data() + 12, sizeof(jsonSize));
    auto document = nlohmann::json::parse(glb.substr(kJsonStart, jsonSize));
    document.at("scenes").at(0)["extras"] = extras;
    std::string text = document.dump();
    text.resize((text.size() + 3) / 4 * 4, ' ');  // a chunk ends on a multiple of four
    glb.replace(kJsonStart, jsonSize, text);
    jsonSize = static_cast<std::uint32_t>(text.size());
    const auto total = static_cast<std::uint32_t>(glb.size());
    std::memcpy(glb.data() + 12, &jsonSize, sizeof(jsonSize));
    std::memcpy(glb.data() + 8, &total, sizeof(total));
}

void addBounds(const aiScene& scene, const aiNode& node, const aiMatrix4x4& parentTransform, SceneSummary& summary, bool& isFirst) {
    const aiMatrix4x4 transform = parentTransform * node.mTransformation;
    for (unsigned m = 0; m < node.mNumMeshes; ++m) {
        const aiMesh& mesh = *scene.mMeshes[node.mMeshes[m]];
        for (unsigned v = 0; v < mesh.mNumVertices; ++v) {
            const aiVector3D point = transform * mesh.mVertices[v];
            const Eigen::Vector3d place(point.x, point.y, point.z);
            summary.lowest = isFirst ? place : summary.lowest.cwiseMin(place);
            summary.highest = isFirst ? place : summary.highest.cwiseMax(place);
            isFirst = false;
        }
    }
    for (unsigned c = 0; c < node.mNumChildren; ++c) addBounds(scene, *node.mChildren[c], transform, summary, isFirst);
}

/// What a figure's mesh and joints are called in the file.
struct SkinnedNames {
    std::string mesh;
    std::vector<std::string> joints;
};

/// Adds a figure's skeleton and its skinned mesh.
SkinnedNames addSkinned(SceneBuilder& builder, const Figure& original, bool isAlone, UniqueNames& names) {
    const Figure figure = withFewerInfluences(original, kMostInfluences);
    const SplitMesh split = splitAtSeams(figure);
    SkinnedNames named{names.take(figure.name), {}};
    named.joints = addSkeleton(builder, figure, isAlone, names);
    std::unique_ptr<aiMesh> mesh = surface(figure, split, figure.restVertices, figure.restNormals);
    addBones(*mesh, figure, split, named.joints);
    builder.addMesh(named.mesh, std::move(mesh));
    return named;
}

}  // namespace

void writeObj(const std::filesystem::path& file, std::span<const Figure> figures) {
    requireExportable(figures);
    SceneBuilder builder;
    UniqueNames names;
    for (const Figure& figure : figures)
        builder.addMesh(names.take(figure.name), surface(figure, splitAtSeams(figure), figure.posedVertices, figure.posedNormals));
    // The material library comes first: an .obj that names a missing one would be a broken pair.
    std::map<std::string, std::string> files = exportScene(*builder.finish(), "obj", file);
    const std::string main = file.filename().string();
    nameObjects(files.at(main));
    std::vector<std::pair<std::filesystem::path, std::string_view>> parts;
    for (const auto& [name, bytes] : files)
        if (name != main) parts.emplace_back(file.parent_path() / name, bytes);
    parts.emplace_back(file, files.at(main));
    writeWholeFiles(parts);
}

void writeGlb(const std::filesystem::path& file, std::span<const Figure> figures) {
    requireExportable(figures);
    SceneBuilder builder;
    UniqueNames names;
    for (const Figure& figure : figures) addSkinned(builder, figure, figures.size() == 1, names);
    std::string glb = exportScene(*builder.finish(), "glb2", file).at(file.filename().string());
    clearGaps(glb);
    writeWholeFile(file, glb);
}

void writeMotionGlb(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report) {
    const auto done = [&](double share) {
        if (report) report(share);
    };
    std::vector<Figure> still;
    for (const AnimatedFigure& animated : figures) still.push_back(animated.figure);
    requireExportable(still);
    SceneBuilder builder;
    UniqueNames names;
    std::vector<std::unique_ptr<aiNodeAnim>> channels;
    double duration = 0;
    auto people = nlohmann::json::array();
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const AnimatedFigure& animated = figures[i];
        const SkinnedNames named = addSkinned(builder, still[i], figures.size() == 1, names);
        for (std::size_t joint = 0; joint < named.joints.size(); ++joint) channels.push_back(channelOf(animated, joint, named.joints[joint]));
        duration = std::max(duration, (animated.firstFrame + animated.numFrames() - 1) / animated.frameRate);
        people.push_back(figureExtras(animated));
        people.back()["name"] = named.mesh;
        done(0.4 * static_cast<double>(i + 1) / static_cast<double>(figures.size()));
    }
    auto animation = std::make_unique<aiAnimation>();
    animation->mName = aiString("motion");
    animation->mTicksPerSecond = 1;
    animation->mDuration = duration;
    animation->mNumChannels = static_cast<unsigned>(channels.size());
    animation->mChannels = new aiNodeAnim*[channels.size()];
    std::transform(channels.begin(), channels.end(), animation->mChannels, [](auto& channel) { return channel.release(); });
    builder.setAnimation(animation.release());
    std::string glb = exportScene(*builder.finish(), "glb2", file).at(file.filename().string());
    done(0.8);
    clearGaps(glb);
    setExtras(glb, {{"hmr", {{"people", people}}}});
    done(0.9);
    writeWholeFile(file, glb);
}

SceneSummary summarizeScene(const std::filesystem::path& file) {
    readWholeFile(file);  // says why it cannot be read, which Assimp does not
    Assimp::Importer importer;
    const aiScene* scene = importer.ReadFile(file.string(), aiProcess_Triangulate | aiProcess_JoinIdenticalVertices);
    if (!scene || !scene->mRootNode)
        throw Error("Cannot read " + file.string() + ": " + importer.GetErrorString() + " Choose a mesh or scene file.");
    SceneSummary summary;
    if (const auto* info = importer.GetImporterInfo(static_cast<std::size_t>(importer.GetPropertyInteger("importerIndex", 0))))
        summary.format = info->mName;
    summary.numMeshes = static_cast<int>(scene->mNumMeshes);
    summary.numAnimations = static_cast<int>(scene->mNumAnimations);
    std::set<std::string> bones;
    for (unsigned m = 0; m < scene->mNumMeshes; ++m) {
        const aiMesh& mesh = *scene->mMeshes[m];
        summary.numVertices += static_cast<int>(mesh.mNumVertices);
        summary.numTriangles += static_cast<int>(mesh.mNumFaces);
        for (unsigned b = 0; b < mesh.mNumBones; ++b) bones.insert(mesh.mBones[b]->mName.C_Str());
    }
    summary.numBones = static_cast<int>(bones.size());
    bool isFirst = true;
    addBounds(*scene, *scene->mRootNode, aiMatrix4x4(), summary, isFirst);
    return summary;
}

}  // namespace hmr
