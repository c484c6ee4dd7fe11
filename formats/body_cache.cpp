// SPDX-License-Identifier: MIT
#include "formats/body_cache.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <future>
#include <mutex>
#include <utility>

#include "body/error.h"
#include "body/skeleton.h"
#include "formats/body_identity.h"
#include "formats/safetensors.h"
#include "formats/sha256.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using SparseMatrix = Eigen::SparseMatrix<float, Eigen::RowMajor>;

constexpr const char* kCopyVersion = "1";  ///< of the copies' layout
constexpr std::size_t kMostCopies = 8;

std::optional<fs::path> cacheFolder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return fs::path(cache) / "hmr-studio" / "bodies";
    if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "hmr-studio" / "bodies";
    return std::nullopt;
}

/// What tells one state of the source from another.
std::string stateOf(const fs::path& source) {
    std::error_code error;
    const fs::path path = fs::canonical(source, error);
    const auto size = fs::file_size(path, error);
    const auto changed = fs::last_write_time(path, error).time_since_epoch().count();
    return error ? std::string() : path.string() + "\n" + std::to_string(size) + "\n" + std::to_string(changed) + "\n" + kCopyVersion;
}

fs::path copyOf(const fs::path& folder, const std::string& state) {
    Sha256 hash;
    hash.add(state.data(), state.size());
    return folder / (hash.hexadecimal().substr(0, 32) + ".safetensors");
}

template <typename T>
NdArray vectorOf(const T* values, std::size_t count) {
    return NdArray::from(std::vector<T>(values, values + count), {count});
}

NdArray matrixOf(const Eigen::MatrixXf& matrix) {
    return NdArray::from(std::vector<float>(matrix.data(), matrix.data() + matrix.size()),
                         {static_cast<std::size_t>(matrix.cols()), static_cast<std::size_t>(matrix.rows())});
}

void putSparse(std::map<std::string, NdArray>& tensors, const std::string& name, const SparseMatrix& matrix) {
    std::vector<std::int32_t> rows, columns;
    std::vector<float> values;
    for (Eigen::Index row = 0; row < matrix.outerSize(); ++row)
        for (SparseMatrix::InnerIterator entry(matrix, row); entry; ++entry) {
            rows.push_back(static_cast<std::int32_t>(row));
            columns.push_back(static_cast<std::int32_t>(entry.col()));
            values.push_back(entry.value());
        }
    tensors[name + ".rows"] = NdArray::from(rows, {rows.size()});
    tensors[name + ".columns"] = NdArray::from(columns, {columns.size()});
    tensors[name + ".values"] = NdArray::from(values, {values.size()});
}

/// Reads a copy; whatever does not fit throws Error.
class CopyReader {
public:
    explicit CopyReader(const fs::path& file) : file_(file) {}

    const std::map<std::string, std::string>& metadata() const { return file_.metadata(); }
    template <typename T>
    std::pair<const T*, std::vector<std::size_t>> view(const std::string& name, ElementType type, std::size_t dimensions) const {
        const auto found = file_.tensors().find(name);
        if (found == file_.tensors().end() || found->second.type != type || found->second.shape.size() != dimensions)
            throw Error("The cached copy does not fit.");
        return {reinterpret_cast<const T*>(found->second.bytes.data()), found->second.shape};
    }
    Eigen::MatrixXf matrix(const std::string& name) const {
        const auto [values, shape] = view<float>(name, ElementType::Float32, 2);
        return Eigen::Map<const Eigen::MatrixXf>(values, static_cast<Eigen::Index>(shape[1]), static_cast<Eigen::Index>(shape[0]));
    }
    SparseMatrix sparse(const std::string& name, Eigen::Index numRows, Eigen::Index numColumns) const {
        const auto [rows, shape] = view<std::int32_t>(name + ".rows", ElementType::Int32, 1);
        const auto [columns, columnShape] = view<std::int32_t>(name + ".columns", ElementType::Int32, 1);
        const auto [values, valueShape] = view<float>(name + ".values", ElementType::Float32, 1);
        if (shape != columnShape || shape != valueShape) throw Error("The cached copy does not fit.");
        std::vector<Eigen::Triplet<float>> entries;
        for (std::size_t i = 0; i < shape[0]; ++i) {
            if (rows[i] < 0 || rows[i] >= numRows || columns[i] < 0 || columns[i] >= numColumns) throw Error("The cached copy does not fit.");
            entries.emplace_back(rows[i], columns[i], values[i]);
        }
        SparseMatrix result(numRows, numColumns);
        result.setFromTriplets(entries.begin(), entries.end());
        return result;
    }

private:
    SafetensorsFile file_;
};

BodyModelData readCopy(const CopyReader& copy) {
    BodyModelData data;
    const auto [vertices, vertexShape] = copy.view<float>("v_template", ElementType::Float32, 2);
    const auto [parents, parentShape] = copy.view<std::int32_t>("parents", ElementType::Int32, 1);
    const auto [triangles, triangleShape] = copy.view<std::uint32_t>("f", ElementType::UInt32, 2);
    if (vertexShape[1] != 3 || triangleShape[1] != 3) throw Error("The cached copy does not fit.");
    const auto numVertices = static_cast<Eigen::Index>(vertexShape[0]), numJoints = static_cast<Eigen::Index>(parentShape[0]);
    data.templateVertices = Eigen::Map<const Points3f>(vertices, numVertices, 3);
    data.triangles = Eigen::Map<const Triangles>(triangles, static_cast<Eigen::Index>(triangleShape[0]), 3);
    data.parents.assign(parents, parents + parentShape[0]);
    data.shapeDirections = copy.matrix("shapedirs");
    data.poseDirections = copy.matrix("posedirs");
    data.jointRegressor = copy.sparse("J_regressor", numJoints, numVertices);
    data.skinWeights = copy.sparse("weights", numVertices, numJoints);
    if (copy.metadata().contains("has_cocoplus")) data.cocoPlusRegressor = copy.sparse("cocoplus_regressor", kNumCocoPlusJoints, numVertices);
    data.contentHash = copy.metadata().at("content_hash");
    return data;
}

/// Removes the copies that were written longest ago.
void removeOldCopies(const fs::path& folder) {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> copies;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".safetensors") copies.emplace_back(entry.last_write_time(error), entry.path());
    std::sort(copies.rbegin(), copies.rend());
    for (std::size_t i = kMostCopies; i < copies.size(); ++i) fs::remove(copies[i].second, error);
}

void writeCopy(const fs::path& folder, const std::string& state, const BodyModelData& data) {
    std::map<std::string, NdArray> tensors;
    const std::vector<std::int32_t> parents(data.parents.begin(), data.parents.end());
    tensors["v_template"] = vectorOf(data.templateVertices.data(), static_cast<std::size_t>(data.templateVertices.size()));
    tensors["v_template"].shape = {static_cast<std::size_t>(data.templateVertices.rows()), 3};
    tensors["f"] = vectorOf(data.triangles.data(), static_cast<std::size_t>(data.triangles.size()));
    tensors["f"].shape = {static_cast<std::size_t>(data.triangles.rows()), 3};
    tensors["parents"] = NdArray::from(parents, {parents.size()});
    tensors["shapedirs"] = matrixOf(data.shapeDirections);
    tensors["posedirs"] = matrixOf(data.poseDirections);
    putSparse(tensors, "J_regressor", data.jointRegressor);
    putSparse(tensors, "weights", data.skinWeights);
    std::map<std::string, std::string> metadata = {{"state", state}, {"content_hash", data.contentHash}};
    if (data.cocoPlusRegressor.rows() > 0) {
        putSparse(tensors, "cocoplus_regressor", data.cocoPlusRegressor);
        metadata["has_cocoplus"] = "yes";
    }
    try {
        fs::create_directories(folder);
        writeSafetensors(copyOf(folder, state), tensors, metadata);
        removeOldCopies(folder);
    } catch (const std::exception&) {
        // A full or read-only disk or too little memory costs only time.
    }
}

/// The copy that is being written, one at a time; destroyed, and so waited for, at the program's end.
struct Writing {
    std::mutex mutex;
    std::future<void> copy;
};
Writing& writing() {
    static Writing one;
    return one;
}

}  // namespace

std::optional<BodyModelData> cachedBody(const fs::path& source) {
    finishCaching();
    const auto folder = cacheFolder();
    const std::string state = stateOf(source);
    std::error_code error;
    if (!folder || state.empty() || !fs::exists(copyOf(*folder, state), error)) return std::nullopt;
    try {
        const CopyReader copy(copyOf(*folder, state));
        const auto kept = copy.metadata().find("state");
        if (kept == copy.metadata().end() || kept->second != state || !copy.metadata().contains("content_hash")) return std::nullopt;
        BodyModelData data = readCopy(copy);
        completeBody(data, source);
        return data;
    } catch (const Error&) {
        return std::nullopt;
    }
}

void cacheBody(const fs::path& source, std::shared_ptr<const BodyModel> model) {
    const auto folder = cacheFolder();
    const std::string state = stateOf(source);
    if (!folder || state.empty()) return;
    const std::lock_guard lock(writing().mutex);
    writing().copy = std::async(std::launch::async, [folder = *folder, state, model = std::move(model)] { writeCopy(folder, state, model->data()); });
}

void finishCaching() {
    const std::lock_guard lock(writing().mutex);
    if (writing().copy.valid()) writing().copy.wait();
}

}  // namespace hmr
