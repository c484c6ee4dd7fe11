// SPDX-License-Identifier: MIT
#include "cli/opening_times.h"

#include <cstdlib>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "body/error.h"
#include "body/skeleton.h"
#include "formats/atomic_file.h"
#include "formats/body_cache.h"
#include "formats/body_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
constexpr int kNumVertices = 6890, kNumTriangles = 13776, kNumDirections = 207;
constexpr const char* kCacheVariable = "XDG_CACHE_HOME";

std::string littleEndian(std::uint64_t number, int numBytes) {
    std::string bytes;
    for (int i = 0; i < numBytes; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
    return bytes;
}

std::string pickled(std::int64_t number) { return "J" + littleEndian(static_cast<std::uint64_t>(number), 4); }

std::string pickled(std::string_view bytes) { return "T" + littleEndian(bytes.size(), 4) + std::string(bytes); }

std::string tuple(const std::vector<int>& numbers) {
    std::string stream = "(";
    for (const int number : numbers) stream += pickled(std::int64_t{number});
    return stream + "t";
}

/// What ndarray.__reduce__ gives, as protocol 2 has it.
template <typename T>
std::string array(const char* type, const std::vector<int>& shape, const std::vector<T>& values) {
    const std::string none(1, '\0');
    const std::string dtype = "cnumpy\ndtype\n" + pickled(type) + "K" + none + "K\1\x87R(K\3" + pickled("<") + "NNN" + pickled(-1) + pickled(-1) + "K" + none + "tb";
    std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK" + none + "\x85" + pickled("b") + "\x87R(K\1" + tuple(shape) + dtype + "\x89" +
           pickled(bytes) + "tb";
}

class StandInWriter {
public:
    std::string bytes() {
        std::string stream = "\x80\2}(";
        const auto add = [&](const char* key, const std::string& value) { stream += pickled(std::string_view(key)) + value; };
        add("v_template", noise({kNumVertices, 3}, 0.5));
        add("shapedirs", noise({kNumVertices, 3, kNumBetas}, 0.01));
        add("posedirs", noise({kNumVertices, 3, kNumDirections}, 0.001));
        add("J_regressor", jointRegressor());
        add("weights", weights());
        std::vector<std::uint32_t> tree(kSmplParents.begin(), kSmplParents.end());
        for (std::uint32_t joint = 0; joint < kNumSmplJoints; ++joint) tree.push_back(joint);
        add("kintree_table", array("u4", {2, kNumSmplJoints}, tree));
        std::vector<std::uint32_t> corners(3 * kNumTriangles);
        for (std::uint32_t& corner : corners) corner = static_cast<std::uint32_t>(vertex());
        add("f", array("u4", {kNumTriangles, 3}, corners));
        add("bs_type", pickled("lrotmin"));
        add("bs_style", pickled("lbs"));
        return stream + "u.";
    }

private:
    int vertex() { return static_cast<int>(generator_() % kNumVertices); }
    std::string noise(const std::vector<int>& shape, double deviation) {
        std::size_t count = 1;
        for (const int extent : shape) count *= static_cast<std::size_t>(extent);
        std::uniform_real_distribution<double> uniform(-deviation, deviation);
        std::vector<double> values(count);
        for (double& value : values) value = uniform(generator_);
        return array("f8", shape, values);
    }
    std::string weights() {
        std::vector<double> values(kNumVertices * kNumSmplJoints);
        for (int v = 0; v < kNumVertices; ++v)
            for (int i = 0; i < 4; ++i) values[static_cast<std::size_t>(v * kNumSmplJoints + (v + 5 * i) % kNumSmplJoints)] = 0.25;
        return array("f8", {kNumVertices, kNumSmplJoints}, values);
    }
    /// SciPy's [24,6890] by columns: a joint is the mean of a tenth of each of 24 bands of vertices.
    std::string jointRegressor() {
        std::vector<double> values;
        std::vector<std::int32_t> rows, begins = {0};
        constexpr int kBand = kNumVertices / kNumSmplJoints + 1;
        for (int v = 0; v < kNumVertices; ++v) {
            if (v % 10 == 0) {
                rows.push_back(v / kBand);
                values.push_back(10.0 / kBand);
            }
            begins.push_back(static_cast<std::int32_t>(rows.size()));
        }
        const auto count = static_cast<int>(rows.size());
        return "cscipy.sparse.csc\ncsc_matrix\n)\x81}(" + pickled("_shape") + tuple({kNumSmplJoints, kNumVertices}) + pickled("indptr") +
               array("i4", {kNumVertices + 1}, begins) + pickled("indices") + array("i4", {count}, rows) + pickled("data") +
               array("f8", {count}, values) + "ub";
    }
    std::mt19937 generator_{4};
};

}  // namespace

SmplStandIn::SmplStandIn() {
    std::string name = (fs::temp_directory_path() / "hmr-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw Error("No folder can be made in " + fs::temp_directory_path().string() + ". Set TMPDIR to one that may be written to.");
    folder_ = name;
    file_ = folder_ / "SMPL_NEUTRAL.pkl";
    if (const char* cache = std::getenv(kCacheVariable)) {
        hadCache_ = true;
        cacheBefore_ = cache;
    }
    ::setenv(kCacheVariable, (folder_ / "cache").c_str(), 1);
    writeWholeFile(file_, StandInWriter().bytes());
}

SmplStandIn::~SmplStandIn() {
    finishCaching();
    hadCache_ ? ::setenv(kCacheVariable, cacheBefore_.c_str(), 1) : ::unsetenv(kCacheVariable);
    std::error_code error;
    fs::remove_all(folder_, error);
}

StageTiming SmplStandIn::timeFirst(int minRuns) const {
    const auto forget = [this] {
        finishCaching();
        fs::remove_all(folder_ / "cache");
    };
    return timeStage({}, "a pickle of SMPL's size, " + std::to_string(fs::file_size(file_) / 1'000'000) + " MB, opened for the first time", 1, minRuns,
                     [this] { loadBodyModel(file_); }, forget);
}

StageTiming SmplStandIn::timeAgain(int minRuns) const {
    loadBodyModel(file_);
    finishCaching();
    return timeStage({}, "the same from the quick copy that was kept", 1, minRuns, [this] { loadBodyModel(file_); });
}

}  // namespace hmr
