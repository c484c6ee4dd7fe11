// SPDX-License-Identifier: MIT
#include "formats/body_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "body/error.h"
#include "body/skeleton.h"
#include "formats/body_cache.h"
#include "formats/body_identity.h"
#include "formats/face_points.h"
#include "formats/named_arrays.h"
#include "formats/sha256.h"
#include "formats/unread_layouts.h"

namespace hmr {
namespace {

using Shape = std::vector<std::size_t>;
using SparseMatrix = Eigen::SparseMatrix<float, Eigen::RowMajor>;
using RowMajorMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr std::size_t kMostVertices = 10'000'000;
constexpr std::size_t kMostJoints = 1000;
constexpr std::size_t kStarDirections = 93;

std::string describe(const Shape& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

bool holdsWholeNumbers(ElementType type) {
    const bool isReal = type == ElementType::Float16 || type == ElementType::Float32 || type == ElementType::Float64;
    return !isReal && type != ElementType::Text && type != ElementType::Bytes;
}

/// float32 elements of an array, without a second array when they are stored as float32 or float64.
class Floats {
public:
    explicit Floats(NdArray array) : array_(std::move(array)) {
        if (array_.type == ElementType::Float64) narrow();
        if (array_.type != ElementType::Float32) converted_ = array_.as<float>();
    }
    const float* data() const {
        return array_.type == ElementType::Float32 ? reinterpret_cast<const float*>(array_.bytes.data()) : converted_.data();
    }
    const Shape& shape() const { return array_.shape; }
    std::size_t size() const { return array_.size(); }
    bool areFinite() const {  // x − x is not 0 for infinities and NaN
        const Eigen::Map<const Eigen::ArrayXf> values(data(), static_cast<Eigen::Index>(size()));
        return (values - values).abs().sum() == 0;
    }

private:
    /// In place, from the front: each number is written below where the next is read.
    void narrow() {
        const std::size_t count = array_.size();
        std::byte* bytes = array_.bytes.data();
        for (std::size_t i = 0; i < count; ++i) {
            double wide;
            std::memcpy(&wide, bytes + sizeof(wide) * i, sizeof(wide));
            const auto number = static_cast<float>(wide);
            std::memcpy(bytes + sizeof(number) * i, &number, sizeof(number));
        }
        array_.type = ElementType::Float32;
        array_.itemSize = sizeof(float);
        array_.bytes.resize(sizeof(float) * count);
    }

    NdArray array_;
    std::vector<float> converted_;
};

/// [rows, columns] row-major into column-major; in tiles, since the plain loop misses the cache at every element.
Eigen::MatrixXf columnMajor(const float* rowMajor, Eigen::Index rows, Eigen::Index columns) {
    constexpr Eigen::Index kTile = 32;
    Eigen::MatrixXf result(rows, columns);
    const Eigen::Map<const RowMajorMatrix> source(rowMajor, rows, columns);
    for (Eigen::Index r = 0; r < rows; r += kTile)
        for (Eigen::Index c = 0; c < columns; c += kTile) {
            const Eigen::Index height = std::min(kTile, rows - r), width = std::min(kTile, columns - c);
            result.block(r, c, height, width) = source.block(r, c, height, width);
        }
    return result;
}

SparseMatrix sparseFrom(const float* rowMajor, Eigen::Index rows, Eigen::Index columns) {
    std::vector<Eigen::Triplet<float>> entries;
    for (Eigen::Index r = 0; r < rows; ++r)
        for (Eigen::Index c = 0; c < columns; ++c)
            if (const float value = rowMajor[r * columns + c]; value != 0)
                entries.emplace_back(static_cast<int>(r), static_cast<int>(c), value);
    SparseMatrix matrix(rows, columns);
    matrix.setFromTriplets(entries.begin(), entries.end());
    return matrix;
}

/// Reads the keys of one body file and names key, expectation and finding in what it throws.
class BodyReader {
public:
    explicit BodyReader(const std::filesystem::path& file) : arrays_(openNamedArrays(file)) {}

    BodyModelData read() {
        BodyModelData data;
        if (!arrays_->contains("v_template") && arrays_->contains("poses")) refuse("it holds motion (\"poses\"), not a body.");
        readSizes(data);
        data.templateVertices = points("v_template");
        data.shapeDirections = directions("shapedirs", 0);
        data.poseDirections = directions("posedirs", 9 * (numJoints_ - 1));
        data.jointRegressor = sparse("J_regressor", {numJoints_, numVertices_});
        data.skinWeights = sparse("weights", {numVertices_, numJoints_});
        data.triangles = triangles("f", numVertices_);
        readAdditions(data);
        completeBody(data, arrays_->path());
        data.contentHash = bodyContentHash(data);
        return data;
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        throw Error("Cannot open the body " + arrays_->path().string() + ": " + what + " Choose a body file in SMPL's layout (.pkl or .npz).");
    }
    [[noreturn]] void fail(const std::string& key, const std::string& what) const {
        refuse("\"" + key + "\" " + what);
    }
    NdArray array(const std::string& key) const {
        if (!arrays_->contains(key)) {
            if (arrays_->contains("posedirs")) refuseStar(arrays_->read("posedirs").shape);
            if (const auto layout = unreadLayout(arrays_->names())) refuse(*layout);
            fail(key, "is missing.");
        }
        return arrays_->read(key);
    }
    /// Does nothing for pose directions of another shape.
    void refuseStar(const Shape& poseDirections) const {
        if (!poseDirections.empty() && poseDirections.back() == kStarDirections)
            refuse("it is a STAR model, whose equations differ from SMPL's (its 93 pose directions follow quaternions and shape).");
    }
    /// What `convert` makes of the array; its complaints get the key's name.
    template <typename Convert>
    auto converted(const std::string& key, NdArray source, Convert convert) const {
        try {
            return convert(std::move(source));
        } catch (const Error& error) {
            fail(key, std::string("is of the wrong kind. ") + error.what());
        }
    }
    void requireShape(const std::string& key, const Shape& found, const Shape& expected) const {
        if (found != expected) fail(key, "has the shape " + describe(found) + "; " + describe(expected) + " was expected.");
    }
    Floats floats(const std::string& key) const {
        NdArray stored = array(key);
        if (holdsWholeNumbers(stored.type)) fail(key, "holds whole numbers or truth values; floating-point numbers were expected.");
        Floats values = converted(key, std::move(stored), [](NdArray source) { return Floats(std::move(source)); });
        if (!values.areFinite())
            fail(key, "holds values that are not finite (NaN or infinity); numbers were expected.");
        return values;
    }
    std::vector<std::int64_t> integers(const std::string& key, const Shape& expected) const {
        const NdArray source = array(key);
        requireShape(key, source.shape, expected);
        if (source.type == ElementType::Bool) fail(key, "holds truth values; whole numbers were expected.");
        return converted(key, source, [](const NdArray& a) { return a.as<std::int64_t>(); });
    }
    template <typename T>
    std::vector<T> indices(const std::string& key, const Shape& expected, std::size_t limit) const {
        const std::vector<std::int64_t> values = integers(key, expected);
        for (const std::int64_t value : values)
            if (value < 0 || static_cast<std::size_t>(value) >= limit)
                fail(key, "holds the index " + std::to_string(value) + "; 0 to " + std::to_string(limit - 1) + " was expected.");
        return {values.begin(), values.end()};
    }

    void readSizes(BodyModelData& data) {
        const NdArray tree = array("kintree_table");
        if (tree.shape.size() != 2 || tree.shape[0] != 2 || tree.shape[1] < 1 || tree.shape[1] > kMostJoints)
            fail("kintree_table", "has the shape " + describe(tree.shape) + "; [2, joints] was expected.");
        numJoints_ = tree.shape[1];
        const std::vector<std::int64_t> parents = integers("kintree_table", {2, numJoints_});
        constexpr std::int64_t kRoot = 4294967295;  // −1 as the unsigned number that SMPL's files have
        for (std::size_t j = 0; j < numJoints_; ++j) {
            const std::int64_t parent = j == 0 && parents[j] == kRoot ? -1 : parents[j];
            if (parent < -1 || parent >= static_cast<std::int64_t>(j) || (parent < 0) != (j == 0))
                fail("kintree_table", "gives joint " + std::to_string(j) + " the parent " + std::to_string(parents[j]) +
                                          "; a joint that comes before it was expected.");
            data.parents.push_back(static_cast<int>(parent));
        }
        const Shape shape = array("v_template").shape;
        if (shape.size() != 2 || shape[0] < 1 || shape[0] > kMostVertices || shape[1] != 3)
            fail("v_template", "has the shape " + describe(shape) + "; [vertices, 3] was expected.");
        numVertices_ = shape[0];
    }
    Points3f points(const std::string& key) const {
        const Floats values = floats(key);
        requireShape(key, values.shape(), {numVertices_, 3});
        return Eigen::Map<const Points3f>(values.data(), static_cast<Eigen::Index>(numVertices_), 3);
    }
    /// [V,3,N] or [3V,N] as in SMPL's files, or transposed ([N,3V], [N,V,3]); any N > 0 when numWanted is 0.
    Eigen::MatrixXf directions(const std::string& key, std::size_t numWanted) const {
        const Floats values = floats(key);
        const Shape& shape = values.shape();
        const std::size_t rows = 3 * numVertices_;
        const auto rowsIn = static_cast<Eigen::Index>(rows);
        const bool isPlain = (shape.size() == 3 && shape[0] == numVertices_ && shape[1] == 3) ||
                             (shape.size() == 2 && shape[0] == rows);
        const bool isTransposed = (shape.size() == 3 && shape[1] == numVertices_ && shape[2] == 3) ||
                                  (shape.size() == 2 && shape[1] == rows);
        const std::size_t count = isPlain ? shape.back() : isTransposed ? shape.front() : 0;
        if ((numWanted > 0 && count != numWanted) || (numWanted == 0 && numJoints_ > 1 && count == 0)) {
            if (key == "posedirs") refuseStar(shape);
            const std::string wanted = numWanted > 0 ? std::to_string(numWanted) : "directions";
            fail(key, "has the shape " + describe(shape) + "; [" + std::to_string(numVertices_) + ", 3, " + wanted + "] was expected.");
        }
        const auto columns = static_cast<Eigen::Index>(count);
        if (isPlain) return columnMajor(values.data(), rowsIn, columns);
        return Eigen::Map<const Eigen::MatrixXf>(values.data(), rowsIn, columns);
    }
    SparseMatrix sparse(const std::string& key, const Shape& expected) const {
        const Floats values = floats(key);
        requireShape(key, values.shape(), expected);
        return sparseFrom(values.data(), static_cast<Eigen::Index>(expected[0]), static_cast<Eigen::Index>(expected[1]));
    }
    Triangles triangles(const std::string& key, std::size_t limit) const {
        const Shape shape = array(key).shape;
        if (shape.size() != 2 || shape[0] < 1 || shape[1] != 3)
            fail(key, "has the shape " + describe(shape) + "; [triangles, 3] was expected.");
        const std::vector<std::uint32_t> values = indices<std::uint32_t>(key, shape, limit);
        return Eigen::Map<const Triangles>(values.data(), static_cast<Eigen::Index>(shape[0]), 3);
    }

    void readAdditions(BodyModelData& data) const {
        const auto texts = [&](const std::string& key, std::size_t count, std::vector<std::string>& target) {
            if (!arrays_->contains(key)) return;
            const NdArray source = array(key);
            requireShape(key, source.shape, {count});
            target = converted(key, source, [](const NdArray& a) { return a.texts(); });
        };
        const auto labels = [&](const std::string& key, std::size_t limit, std::vector<std::uint8_t>& target) {
            if (arrays_->contains(key)) target = indices<std::uint8_t>(key, {numVertices_}, limit);
        };
        if (arrays_->contains("model_id"))
            data.modelId = converted("model_id", array("model_id"), [](const NdArray& a) { return a.text(); });
        texts("joint_names", numJoints_, data.jointNames);
        texts("beta_names", static_cast<std::size_t>(data.shapeDirections.cols()), data.betaNames);
        labels("part24", 256, data.partLabels24);
        labels("part14", 256, data.partLabels14);
        labels("part6", 256, data.partLabels6);
        if (arrays_->contains("cocoplus_regressor"))
            data.cocoPlusRegressor = sparse("cocoplus_regressor", {kNumCocoPlusJoints, numVertices_});
        if (arrays_->contains("mirror")) data.mirrorVertices = indices<std::uint32_t>("mirror", {numVertices_}, numVertices_);
        if (arrays_->contains("landmarks")) readLandmarks(data);
        if (arrays_->contains("vt") && arrays_->contains("ft")) readTexture(data);
    }
    void readTexture(BodyModelData& data) const {
        const Floats values = floats("vt");
        if (values.shape().size() != 2 || values.shape()[0] < 1 || values.shape()[1] != 2)
            fail("vt", "has the shape " + describe(values.shape()) + "; [texture vertices, 2] was expected.");
        const auto count = static_cast<Eigen::Index>(values.shape()[0]);
        data.textureCoordinates =
            Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, 2, Eigen::RowMajor>>(values.data(), count, 2);
        data.textureTriangles = triangles("ft", values.shape()[0]);
        if (data.textureTriangles.rows() != data.triangles.rows())
            fail("ft", "has " + std::to_string(data.textureTriangles.rows()) + " triangles; " +
                           std::to_string(data.triangles.rows()) + " were expected, as many as in \"f\".");
    }
    void readLandmarks(BodyModelData& data) const {
        const std::string text = converted("landmarks", array("landmarks"), [](const NdArray& a) { return a.text(); });
        const nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
        if (!all.is_object()) fail("landmarks", "is no JSON object of names and vertex lists.");
        for (const auto& [name, vertices] : all.items()) {
            const bool isList = vertices.is_array() && !vertices.empty();
            const auto isVertex = [&](const nlohmann::json& v) {
                return v.is_number_unsigned() && v.get<std::uint64_t>() < numVertices_;
            };
            if (!isList || !std::all_of(vertices.begin(), vertices.end(), isVertex))
                fail("landmarks", "has no list of vertex numbers for \"" + name + "\".");
            data.landmarks[name] = vertices.get<std::vector<std::uint32_t>>();
        }
    }

    std::unique_ptr<NamedArrays> arrays_;
    std::size_t numVertices_ = 0, numJoints_ = 0;
};

template <typename Matrix>
NdArray arrayOf(const Matrix& matrix, Shape shape) {
    using Scalar = typename Matrix::Scalar;
    const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = matrix;
    return NdArray::from(std::vector<Scalar>(rows.data(), rows.data() + rows.size()), std::move(shape));
}

template <typename Matrix>
NdArray arrayOf(const Matrix& matrix) {
    return arrayOf(matrix, {static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())});
}

NdArray denseOf(const SparseMatrix& matrix) { return arrayOf(RowMajorMatrix(matrix)); }

template <typename T>
NdArray arrayOf(const std::vector<T>& values) {
    return NdArray::from(values, {values.size()});
}

/// Skips runs of zeros, of which pose blend shapes are full, so that opening a body stays quick.
void addDense(Sha256& hash, const Eigen::MatrixXf& matrix) {
    constexpr Eigen::Index kRun = 16;
    constexpr std::size_t kEnough = std::size_t{1} << 16;
    std::vector<std::byte> gathered;  // the hash takes long pieces faster than short ones
    gathered.reserve(kEnough + sizeof(std::uint64_t) + kRun * sizeof(float));
    const auto gather = [&](const void* from, std::size_t size) {
        const auto* bytes = static_cast<const std::byte*>(from);
        gathered.insert(gathered.end(), bytes, bytes + size);
    };
    const float* values = matrix.data();
    for (Eigen::Index i = 0; i < matrix.size(); i += kRun) {
        const Eigen::Index length = std::min(kRun, matrix.size() - i);
        if (std::all_of(values + i, values + i + length, [](float value) { return value == 0; })) continue;
        const auto position = static_cast<std::uint64_t>(i);
        gather(&position, sizeof(position));
        gather(values + i, static_cast<std::size_t>(length) * sizeof(float));
        if (gathered.size() < kEnough) continue;
        hash.add(gathered.data(), gathered.size());
        gathered.clear();
    }
    hash.add(gathered.data(), gathered.size());
}

void addSparse(Sha256& hash, const SparseMatrix& matrix) {
    for (Eigen::Index row = 0; row < matrix.outerSize(); ++row)
        for (SparseMatrix::InnerIterator entry(matrix, row); entry; ++entry) {
            if (entry.value() == 0) continue;
            const std::array<std::uint32_t, 2> place = {static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(entry.col())};
            const float value = entry.value();
            hash.add(place.data(), sizeof(place));
            hash.add(&value, sizeof(value));
        }
}

}  // namespace

namespace {

/// A pickle of some size; archives of ours open quickly enough.
bool isSlowToRead(const std::filesystem::path& file) {
    constexpr std::uintmax_t kLarge = 1 << 20;
    std::error_code error;
    return file.extension() != ".npz" && std::filesystem::is_regular_file(file, error) && std::filesystem::file_size(file, error) >= kLarge;
}

/// What a cached copy does not keep; the files that it is for have none of it.
bool hasAdditions(const BodyModelData& data) {
    return !data.betaNames.empty() || !data.partLabels24.empty() || !data.partLabels14.empty() || !data.partLabels6.empty() ||
           !data.mirrorVertices.empty() || data.textureTriangles.rows() > 0;
}

}  // namespace

std::shared_ptr<const BodyModel> loadBodyModel(const std::filesystem::path& file) {
    const bool isCached = isSlowToRead(file);
    std::optional<BodyModelData> copy = isCached ? cachedBody(file) : std::nullopt;
    BodyModelData data = copy ? std::move(*copy) : BodyReader(file).read();
    try {
        const auto model = std::make_shared<const BodyModel>(std::move(data));
        if (isCached && !copy && !hasAdditions(model->data())) cacheBody(file, model);
        if (const auto points = readFacePoints(file, model->numVertices())) {
            BodyModelData changed = model->data();
            replaceFacePoints(changed, *points);
            return std::make_shared<const BodyModel>(std::move(changed));
        }
        return model;
    } catch (const Error& error) {
        const std::string text = error.what();
        if (text.find(file.string()) != std::string::npos) throw;
        throw Error("Cannot open the body " + file.string() + ": " + text);
    }
}

void saveBodyModel(const std::filesystem::path& file, const BodyModelData& data) {
    const auto numVertices = static_cast<std::size_t>(data.templateVertices.rows());
    const std::size_t numJoints = data.parents.size();
    NpzArrays arrays;
    arrays["v_template"] = arrayOf(data.templateVertices);
    arrays["shapedirs"] = arrayOf(data.shapeDirections, {numVertices, 3, static_cast<std::size_t>(data.shapeDirections.cols())});
    arrays["posedirs"] = arrayOf(data.poseDirections, {numVertices, 3, static_cast<std::size_t>(data.poseDirections.cols())});
    arrays["J_regressor"] = denseOf(data.jointRegressor);
    arrays["weights"] = denseOf(data.skinWeights);
    arrays["f"] = arrayOf(data.triangles);
    std::vector<std::uint32_t> tree(data.parents.begin(), data.parents.end());
    for (std::size_t j = 0; j < numJoints; ++j) tree.push_back(static_cast<std::uint32_t>(j));
    arrays["kintree_table"] = NdArray::from(tree, {2, numJoints});

    if (!data.modelId.empty()) arrays["model_id"] = NdArray::fromText(data.modelId);
    if (!data.jointNames.empty()) arrays["joint_names"] = NdArray::fromTexts(data.jointNames);
    if (!data.betaNames.empty()) arrays["beta_names"] = NdArray::fromTexts(data.betaNames);
    if (!data.landmarks.empty()) arrays["landmarks"] = NdArray::fromText(nlohmann::json(data.landmarks).dump());
    if (data.cocoPlusRegressor.rows() > 0) arrays["cocoplus_regressor"] = denseOf(data.cocoPlusRegressor);
    if (!data.partLabels24.empty()) arrays["part24"] = arrayOf(data.partLabels24);
    if (!data.partLabels14.empty()) arrays["part14"] = arrayOf(data.partLabels14);
    if (!data.partLabels6.empty()) arrays["part6"] = arrayOf(data.partLabels6);
    if (!data.mirrorVertices.empty()) arrays["mirror"] = arrayOf(data.mirrorVertices);
    if (data.textureTriangles.rows() > 0) {
        arrays["vt"] = arrayOf(data.textureCoordinates);
        arrays["ft"] = arrayOf(data.textureTriangles);
    }
    writeNpz(file, arrays);
}

std::string bodyContentHash(const BodyModelData& data) {
    Sha256 hash;
    const auto begin = [&](const std::string& key, Eigen::Index rows, Eigen::Index columns) {
        const std::string line = "\n" + key + " " + std::to_string(rows) + " " + std::to_string(columns) + "\n";
        hash.add(line.data(), line.size());
    };
    begin("v_template", data.templateVertices.rows(), 3);
    addDense(hash, data.templateVertices);
    begin("shapedirs", data.shapeDirections.rows(), data.shapeDirections.cols());
    addDense(hash, data.shapeDirections);
    begin("posedirs", data.poseDirections.rows(), data.poseDirections.cols());
    addDense(hash, data.poseDirections);
    begin("J_regressor", data.jointRegressor.rows(), data.jointRegressor.cols());
    addSparse(hash, data.jointRegressor);
    begin("weights", data.skinWeights.rows(), data.skinWeights.cols());
    addSparse(hash, data.skinWeights);
    begin("parents", static_cast<Eigen::Index>(data.parents.size()), 1);
    hash.add(data.parents.data(), data.parents.size() * sizeof(int));
    begin("f", data.triangles.rows(), 3);
    hash.add(data.triangles.data(), static_cast<std::size_t>(data.triangles.size()) * sizeof(std::uint32_t));
    return hash.hexadecimal();
}

}  // namespace hmr
