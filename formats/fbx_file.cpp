// SPDX-License-Identifier: MIT
#include "formats/fbx_file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "formats/atomic_file.h"
#include "formats/fbx_document.h"
#include "formats/figure_mesh.h"
#include "formats/motion/figure_extras.h"

namespace hmr {
namespace {

constexpr double kCentimetres = 100;  // in a metre
constexpr std::int64_t kTicksPerSecond = 46'186'158'000;
constexpr std::int64_t kSceneRoot = 0;

/// Name and class as an object's second property holds them.
std::string objectName(const std::string& name, const std::string& kind) { return name + std::string("\0\1", 2) + kind; }

/// Adds one entry of a Properties70 list.
void addProperty(FbxNode& list, const std::string& name, const std::string& type, const std::string& label,
                 const std::string& flags, std::vector<FbxProperty> values) {
    std::vector<FbxProperty> all = {name, type, label, flags};
    all.insert(all.end(), values.begin(), values.end());
    list.add("P", std::move(all));
}
void addInt(FbxNode& list, const std::string& name, int value) { addProperty(list, name, "int", "Integer", "", {value}); }
void addEnum(FbxNode& list, const std::string& name, int value) { addProperty(list, name, "enum", "", "", {value}); }
void addDouble(FbxNode& list, const std::string& name, double value) { addProperty(list, name, "double", "Number", "", {value}); }
void addVector(FbxNode& list, const std::string& name, const std::string& type, const Eigen::Vector3d& value) {
    addProperty(list, name, type, "", "A", {value.x(), value.y(), value.z()});
}

/// A translation as the 16 numbers of FBX: columns one after another.
std::vector<double> translationMatrix(const Eigen::Vector3d& translation) {
    return {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, translation.x(), translation.y(), translation.z(), 1};
}

/// Angles (degrees) of R = Rz·Ry·Rx, FBX's default rotation order.
Eigen::Vector3d eulerDegrees(const Eigen::Quaterniond& rotation) {
    const Eigen::Matrix3d m = rotation.normalized().toRotationMatrix();
    const double cosY = std::hypot(m(0, 0), m(1, 0));
    Eigen::Vector3d angles;
    angles.y() = std::atan2(-m(2, 0), cosY);
    if (cosY > 1e-9) {
        angles.x() = std::atan2(m(2, 1), m(2, 2));
        angles.z() = std::atan2(m(1, 0), m(0, 0));
    } else {  // x and z turn about the same axis: all of it goes to x
        angles.x() = std::atan2(-m(1, 2), m(1, 1));
        angles.z() = 0;
    }
    return angles * 180 / std::numbers::pi;
}

FbxNode headerExtension() {
    FbxNode header{"FBXHeaderExtension", {}, {}};
    header.add("FBXHeaderVersion", {1003});
    header.add("FBXVersion", {7400});
    header.add("EncryptionType", {0});
    FbxNode& time = header.add("CreationTimeStamp");
    const std::pair<const char*, int> fields[] = {{"Version", 1000}, {"Year", 1970}, {"Month", 1}, {"Day", 1},
                                                  {"Hour", 10}, {"Minute", 0}, {"Second", 0}, {"Millisecond", 0}};
    for (const auto& [name, value] : fields) time.add(name, {value});
    header.add("Creator", {std::string("HMR Studio")});
    return header;
}

/// The same rotation's angles that lie nearest to those before, so that curves between them do not swing round.
Eigen::Vector3d nearestAngles(const Eigen::Vector3d& degrees, const Eigen::Vector3d& before) {
    // (x, y, z) and (x + 180, 180 − y, z + 180) turn alike.
    const Eigen::Vector3d other(degrees.x() + 180, 180 - degrees.y(), degrees.z() + 180);
    const auto near = [&](const Eigen::Vector3d& angles) -> Eigen::Vector3d {
        return angles - 360 * ((angles - before) / 360).array().round().matrix();
    };
    const Eigen::Vector3d a = near(degrees), b = near(other);
    return (a - before).squaredNorm() <= (b - before).squaredNorm() ? a : b;
}

/// What a scene with motion says of time and axes.
struct FbxTiming {
    double frameRate = 0;  ///< 0: no motion
    int endFrame = 0;
    UpAxis up = UpAxis::Y;
};
std::int64_t ticksOf(int frame, double frameRate) { return std::llround(frame / frameRate * static_cast<double>(kTicksPerSecond)); }

FbxNode globalSettings(const FbxTiming& timing) {
    FbxNode settings{"GlobalSettings", {}, {}};
    settings.add("Version", {1000});
    FbxNode& list = settings.add("Properties70");
    const int up = timing.up == UpAxis::Y ? 1 : 2, front = 3 - up, frontSign = timing.up == UpAxis::Y ? 1 : -1;
    const std::pair<const char*, int> axes[] = {{"UpAxis", up}, {"UpAxisSign", 1}, {"FrontAxis", front}, {"FrontAxisSign", frontSign},
                                                {"CoordAxis", 0}, {"CoordAxisSign", 1}, {"OriginalUpAxis", up},
                                                {"OriginalUpAxisSign", 1}};
    for (const auto& [name, value] : axes) addInt(list, name, value);
    addDouble(list, "UnitScaleFactor", 1);  // 1: the numbers are centimetres
    addDouble(list, "OriginalUnitScaleFactor", 1);
    const bool moves = timing.frameRate > 0;
    addEnum(list, "TimeMode", moves ? 14 : 6);  // a rate of its own; or 30 frames a second
    addProperty(list, "TimeSpanStart", "KTime", "Time", "", {std::int64_t{0}});
    addProperty(list, "TimeSpanStop", "KTime", "Time", "", {moves ? ticksOf(timing.endFrame - 1, timing.frameRate) : kTicksPerSecond});
    if (moves) addDouble(list, "CustomFrameRate", timing.frameRate);
    return settings;
}

/// Collects objects and connections of the scene while figures are added.
class FbxScene {
public:
    /// Returns the joints' objects.
    std::vector<std::int64_t> addFigure(const Figure& figure, bool isAlone, const std::string& extras = {}) {
        const std::string name = names_.take(figure.name);
        const std::int64_t group = addGroup(name);
        const std::int64_t model = addModel(names_.take(name + "_mesh"), "Mesh", Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero(), extras);
        connect(model, group);
        const std::int64_t geometry = addGeometry(figure, name);
        connect(geometry, model);
        connect(material(), model);

        const std::vector<std::int64_t> joints = addSkeleton(figure, group, isAlone ? "" : name + "_");
        addSkin(figure, name, geometry, joints);
        addBindPose(figure, name, {group, model}, joints);
        return joints;
    }

    /// One stack with one layer that moves a figure's joints.
    void addMotion(const AnimatedFigure& animated, const std::vector<std::int64_t>& joints) {
        timing_ = {animated.frameRate, std::max(timing_.endFrame, animated.firstFrame + animated.numFrames()), animated.up};
        const std::string& name = animated.figure.name;
        std::vector<std::int64_t> times;
        for (int frame = 0; frame < animated.numFrames(); ++frame) times.push_back(ticksOf(animated.firstFrame + frame, animated.frameRate));
        const std::int64_t stack = addObject("AnimationStack", name, "AnimStack", "");
        FbxNode& list = object().add("Properties70");
        // All takes share one time: readers count a take's keys from its start.
        for (const char* start : {"LocalStart", "ReferenceStart"}) addProperty(list, start, "KTime", "Time", "", {std::int64_t{0}});
        for (const char* stop : {"LocalStop", "ReferenceStop"}) addProperty(list, stop, "KTime", "Time", "", {times.back()});
        stacks_.push_back({name, times.back()});
        const std::int64_t layer = addObject("AnimationLayer", name, "AnimLayer", "");
        addProperty(object().add("Properties70"), "Weight", "Number", "", "A", {100.0});  // Assimp wants records inside
        connect(layer, stack);
        for (std::size_t j = 0; j < joints.size(); ++j) {
            const JointCurve& curve = animated.joints[j];
            std::vector<Eigen::Vector3d> angles;
            for (const Eigen::Quaterniond& rotation : curve.rotations)
                angles.push_back(angles.empty() ? eulerDegrees(rotation) : nearestAngles(eulerDegrees(rotation), angles.back()));
            addCurves(layer, joints[j], "R", "Lcl Rotation", times, angles);
            if (curve.places.empty()) continue;
            std::vector<Eigen::Vector3d> places;
            for (const Eigen::Vector3d& place : curve.places) places.emplace_back(kCentimetres * place);
            addCurves(layer, joints[j], "T", "Lcl Translation", times, places);
        }
    }

    std::vector<FbxNode> finish() {
        FbxNode documents{"Documents", {}, {}};
        documents.add("Count", {1});
        FbxNode& document = documents.add("Document", {nextId_++, std::string("Scene"), std::string("Scene")});
        document.add("RootNode", {kSceneRoot});
        std::vector<FbxNode> records = {headerExtension()};
        records.push_back({"FileId", {fbxFileId()}, {}});
        records.push_back({"CreationTime", {fbxCreationTime()}, {}});
        records.push_back({"Creator", {std::string("HMR Studio")}, {}});
        records.push_back(globalSettings(timing_));
        records.push_back(std::move(documents));
        records.push_back({"References", {}, {}});
        records.push_back(definitions());
        records.push_back(std::move(objects_));
        records.push_back(std::move(connections_));
        FbxNode takes{"Takes", {}, {}};
        takes.add("Current", {stacks_.empty() ? std::string() : stacks_.front().name});
        for (const StackTime& stack : stacks_) {
            FbxNode& take = takes.add("Take", {stack.name});
            take.add("FileName", {stack.name + ".tak"});
            take.add("LocalTime", {std::int64_t{0}, stack.stop});
            take.add("ReferenceTime", {std::int64_t{0}, stack.stop});
        }
        records.push_back(std::move(takes));
        return records;
    }

private:
    std::int64_t addObject(const std::string& kind, const std::string& name, const std::string& nameKind,
                           const std::string& subKind) {
        objects_.add(kind, {nextId_, objectName(name, nameKind), subKind});
        return nextId_++;
    }
    FbxNode& object() { return objects_.children.back(); }
    void connect(std::int64_t child, std::int64_t parent) { connections_.add("C", {std::string("OO"), child, parent}); }
    void connect(std::int64_t child, std::int64_t parent, const std::string& property) {
        connections_.add("C", {std::string("OP"), child, parent, property});
    }

    std::int64_t addModel(const std::string& name, const std::string& kind, const Eigen::Vector3d& translation,
                          const Eigen::Vector3d& rotationDegrees, const std::string& extras = {}) {
        const std::int64_t id = addObject("Model", name, "Model", kind);
        object().add("Version", {232});
        FbxNode& list = object().add("Properties70");
        addVector(list, "Lcl Translation", "Lcl Translation", translation);
        addVector(list, "Lcl Rotation", "Lcl Rotation", rotationDegrees);
        addVector(list, "Lcl Scaling", "Lcl Scaling", Eigen::Vector3d::Ones());
        addInt(list, "DefaultAttributeIndex", 0);
        addEnum(list, "InheritType", 1);
        if (!extras.empty()) addProperty(list, "hmr", "KString", "", "U", {extras});
        object().add("MultiLayer", {0});
        object().add("MultiTake", {0});
        object().add("Shading", {true});
        object().add("Culling", {std::string("CullingOff")});
        return id;
    }
    void addAttribute(std::int64_t model, const std::string& name, const std::string& kind, const std::string& flags) {
        const std::int64_t id = addObject("NodeAttribute", name, "NodeAttribute", kind);
        object().add("TypeFlags", {flags});
        connect(id, model);
    }
    std::int64_t addGroup(const std::string& name) {
        const std::int64_t id = addModel(name, "Null", Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero());
        addAttribute(id, name, "Null", "Null");
        connect(id, kSceneRoot);
        return id;
    }
    std::int64_t material() {
        if (material_) return material_;
        material_ = addObject("Material", "body", "Material", "");
        object().add("Version", {102});
        object().add("ShadingModel", {std::string("Phong")});
        object().add("MultiLayer", {0});
        FbxNode& list = object().add("Properties70");
        addVector(list, "DiffuseColor", "Color", {0.72, 0.62, 0.55});
        addVector(list, "SpecularColor", "Color", {0.1, 0.1, 0.1});
        addProperty(list, "Shininess", "Number", "", "A", {10.0});
        return material_;
    }

    std::int64_t addGeometry(const Figure& figure, const std::string& name) {
        const std::int64_t id = addObject("Geometry", name, "Geometry", "Mesh");
        FbxNode& mesh = object();
        std::vector<double> vertices, normals;
        std::vector<std::int32_t> corners;
        for (Eigen::Index i = 0; i < figure.restVertices.size(); ++i) {
            vertices.push_back(kCentimetres * static_cast<double>(figure.restVertices.data()[i]));
            normals.push_back(static_cast<double>(figure.restNormals.data()[i]));
        }
        for (Eigen::Index i = 0; i < figure.triangles.size(); ++i) {
            const auto vertex = static_cast<std::int32_t>(figure.triangles.data()[i]);
            corners.push_back(i % 3 < 2 ? vertex : ~vertex);  // the complement ends a polygon
        }
        mesh.add("GeometryVersion", {124});
        mesh.add("Vertices", {std::move(vertices)});
        mesh.add("PolygonVertexIndex", {std::move(corners)});
        addLayer(mesh, "LayerElementNormal", "ByVertice", "Direct").add("Normals", {std::move(normals)});
        const bool hasTexture = figure.textureTriangles.rows() == figure.triangles.rows();
        if (hasTexture) addTexture(mesh, figure);
        addLayer(mesh, "LayerElementMaterial", "AllSame", "IndexToDirect").add("Materials", {std::vector<std::int32_t>{0}});
        FbxNode& layer = mesh.add("Layer", {0});
        layer.add("Version", {100});
        for (const char* element : {"LayerElementNormal", "LayerElementMaterial", "LayerElementUV"}) {
            if (!hasTexture && std::string_view(element) == "LayerElementUV") continue;
            FbxNode& entry = layer.add("LayerElement");
            entry.add("Type", {std::string(element)});
            entry.add("TypedIndex", {0});
        }
        return id;
    }
    static FbxNode& addLayer(FbxNode& mesh, const std::string& element, const std::string& mapping, const std::string& reference) {
        FbxNode& layer = mesh.add(element, {0});
        layer.add("Version", {101});
        layer.add("Name", {std::string(element == "LayerElementUV" ? "UVMap" : "")});
        layer.add("MappingInformationType", {mapping});
        layer.add("ReferenceInformationType", {reference});
        return layer;
    }
    static void addTexture(FbxNode& mesh, const Figure& figure) {
        FbxNode& layer = addLayer(mesh, "LayerElementUV", "ByPolygonVertex", "IndexToDirect");
        const float* uv = figure.textureCoordinates.data();
        const std::uint32_t* corners = figure.textureTriangles.data();
        layer.add("UV", {std::vector<double>(uv, uv + figure.textureCoordinates.size())});
        layer.add("UVIndex", {std::vector<std::int32_t>(corners, corners + figure.textureTriangles.size())});
    }

    std::vector<std::int64_t> addSkeleton(const Figure& figure, std::int64_t group, const std::string& prefix) {
        std::vector<std::int64_t> joints;
        for (std::size_t j = 0; j < figure.parents.size(); ++j) {
            const int parent = figure.parents[j];
            const bool isRoot = parent < 0;
            const Eigen::Vector3d start = isRoot ? Eigen::Vector3d(-figure.rootTranslation) : restPlace(figure, static_cast<std::size_t>(parent));
            const std::string name = names_.take(prefix + figure.jointNames[j]);
            joints.push_back(addModel(name, "LimbNode", kCentimetres * (restPlace(figure, j) - start), eulerDegrees(figure.localRotations[j])));
            addAttribute(joints[j], name, "LimbNode", "Skeleton");
            connect(joints[j], isRoot ? group : joints[static_cast<std::size_t>(parent)]);
        }
        return joints;
    }
    /// A curve a component of a joint's property.
    void addCurves(std::int64_t layer, std::int64_t joint, const std::string& name, const std::string& property,
                   const std::vector<std::int64_t>& times, const std::vector<Eigen::Vector3d>& values) {
        constexpr std::int32_t kLinear = 0x00000004;
        const std::int64_t node = addObject("AnimationCurveNode", name, "AnimCurveNode", "");
        FbxNode& list = object().add("Properties70");
        const char* axes[] = {"d|X", "d|Y", "d|Z"};
        for (int axis = 0; axis < 3; ++axis) addProperty(list, axes[axis], "Number", "", "A", {values.front()[axis]});
        connect(node, layer);
        connect(node, joint, property);
        for (int axis = 0; axis < 3; ++axis) {
            std::vector<float> numbers;
            for (const Eigen::Vector3d& value : values) numbers.push_back(static_cast<float>(value[axis]));
            const auto count = static_cast<std::int32_t>(numbers.size());
            const std::int64_t curve = addObject("AnimationCurve", "", "AnimCurve", "");
            object().add("Default", {static_cast<double>(numbers.front())});
            object().add("KeyVer", {4008});
            object().add("KeyTime", {times});
            object().add("KeyValueFloat", {std::move(numbers)});
            object().add("KeyAttrFlags", {std::vector<std::int32_t>{kLinear}});
            object().add("KeyAttrDataFloat", {std::vector<float>{0, 0, 0, 0}});
            object().add("KeyAttrRefCount", {std::vector<std::int32_t>{count}});
            connect(curve, node, axes[axis]);
        }
    }
    void addSkin(const Figure& figure, const std::string& name, std::int64_t geometry, const std::vector<std::int64_t>& joints) {
        const std::int64_t skin = addObject("Deformer", name, "Deformer", "Skin");
        object().add("Version", {101});
        object().add("Link_DeformAcuracy", {50.0});
        connect(skin, geometry);
        const Eigen::SparseMatrix<float> byJoint = figure.skinWeights;
        for (std::size_t j = 0; j < joints.size(); ++j) {
            std::vector<std::int32_t> vertices;
            std::vector<double> weights;
            for (Eigen::SparseMatrix<float>::InnerIterator entry(byJoint, static_cast<Eigen::Index>(j)); entry; ++entry) {
                if (entry.value() <= 0) continue;
                vertices.push_back(static_cast<std::int32_t>(entry.row()));
                weights.push_back(static_cast<double>(entry.value()));
            }
            const std::int64_t cluster = addObject("Deformer", figure.jointNames[j], "SubDeformer", "Cluster");
            object().add("Version", {100});
            object().add("UserData", {std::string(), std::string()});
            if (!vertices.empty()) {
                object().add("Indexes", {std::move(vertices)});
                object().add("Weights", {std::move(weights)});
            }
            const Eigen::Vector3d place = kCentimetres * restPlace(figure, j);
            object().add("Transform", {translationMatrix(-place)});  // of the mesh, seen from the joint
            object().add("TransformLink", {translationMatrix(place)});
            connect(cluster, skin);
            connect(joints[j], cluster);
        }
    }
    void addBindPose(const Figure& figure, const std::string& name, const std::vector<std::int64_t>& atOrigin,
                     const std::vector<std::int64_t>& joints) {
        addObject("Pose", name, "Pose", "BindPose");
        FbxNode& pose = object();
        pose.add("Type", {std::string("BindPose")});
        pose.add("Version", {100});
        pose.add("NbPoseNodes", {static_cast<std::int32_t>(atOrigin.size() + joints.size())});
        const auto add = [&](std::int64_t node, const Eigen::Vector3d& place) {
            FbxNode& entry = pose.add("PoseNode");
            entry.add("Node", {node});
            entry.add("Matrix", {translationMatrix(place)});
        };
        for (const std::int64_t node : atOrigin) add(node, Eigen::Vector3d::Zero());
        for (std::size_t j = 0; j < joints.size(); ++j) add(joints[j], kCentimetres * restPlace(figure, j));
    }
    static Eigen::Vector3d restPlace(const Figure& figure, std::size_t joint) {
        return figure.restJoints.row(static_cast<Eigen::Index>(joint)).transpose();
    }

    FbxNode definitions() const {
        std::vector<std::pair<std::string, std::int32_t>> counts = {{"GlobalSettings", 1}};
        for (const FbxNode& object : objects_.children) {
            auto kind = counts.begin();
            while (kind != counts.end() && kind->first != object.name) ++kind;
            if (kind == counts.end()) counts.emplace_back(object.name, 1);
            else ++kind->second;
        }
        FbxNode list{"Definitions", {}, {}};
        list.add("Version", {100});
        list.add("Count", {static_cast<std::int32_t>(objects_.children.size() + 1)});
        for (const auto& [kind, count] : counts) list.add("ObjectType", {kind}).add("Count", {count});
        return list;
    }

    struct StackTime {
        std::string name;
        std::int64_t stop = 0;
    };

    FbxTiming timing_;
    std::vector<StackTime> stacks_;
    FbxNode objects_{"Objects", {}, {}}, connections_{"Connections", {}, {}};
    UniqueNames names_;
    std::int64_t nextId_ = 1'000'001, material_ = 0;
};

}  // namespace

void writeFbx(const std::filesystem::path& file, std::span<const Figure> figures) {
    requireExportable(figures);
    FbxScene scene;
    for (const Figure& figure : figures) scene.addFigure(figure, figures.size() == 1);
    writeWholeFile(file, fbxBytes(scene.finish()));
}

void writeMotionFbx(const std::filesystem::path& file, std::span<const AnimatedFigure> figures, const ShareReport& report) {
    std::vector<Figure> still;
    for (const AnimatedFigure& animated : figures) still.push_back(animated.figure);
    requireExportable(still);
    FbxScene scene;
    const auto done = [&](double share) {
        if (report) report(share);
    };
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const AnimatedFigure& animated = figures[i];
        scene.addMotion(animated, scene.addFigure(animated.figure, figures.size() == 1, figureExtras(animated).dump()));
        done(0.7 * static_cast<double>(i + 1) / static_cast<double>(figures.size()));
    }
    const std::string bytes = fbxBytes(scene.finish());
    done(0.9);
    writeWholeFile(file, bytes);
}

}  // namespace hmr
