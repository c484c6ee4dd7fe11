// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include "body/error.h"
#include "formats/npz.h"
#include "formats/parameters_file.h"

namespace hmr {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Rows of equal width that become one array.
struct Table {
    std::vector<double> values;
    void add(std::initializer_list<double> row) { values.insert(values.end(), row); }
    /// The matrix row by row, or `count` missing values when it is empty.
    template <typename Matrix>
    void add(const Matrix& matrix, Eigen::Index count) {
        for (Eigen::Index i = 0; i < count; ++i) values.push_back(matrix.size() == count ? matrix.data()[i] : kMissing);
    }
    NdArray array(std::vector<std::size_t> shape) const { return NdArray::from(values, std::move(shape)); }
};

/// The arrays of a parameters file, checked for shape and finite values as they are asked for.
class ParameterArrays {
public:
    explicit ParameterArrays(const std::filesystem::path& file) : npz_(file) {
        numRows_ = npz_.read("frame_index").size();
    }
    std::size_t numRows() const { return numRows_; }
    bool contains(const std::string& key) const { return npz_.contains(key); }
    std::size_t size(const std::string& key) const { return npz_.read(key).size(); }

    [[noreturn]] void fail(const std::string& key, const std::string& what) const {
        throw Error("Cannot read " + npz_.path().string() + ": \"" + key + "\" " + what + " Choose a file that `hmr run` wrote.");
    }
    template <typename T>
    std::vector<T> column(const std::string& key, std::size_t count) const {
        const NdArray array = npz_.read(key);
        if (array.size() != count || array.shape.size() > 1)
            fail(key, "has " + std::to_string(array.size()) + " values; " + std::to_string(count) + " were expected.");
        return numbers<T>(key, array);
    }
    template <typename T>
    T scalar(const std::string& key) const {
        return column<T>(key, 1).front();
    }
    std::string text(const std::string& key) const {
        const NdArray array = npz_.read(key);
        if (array.size() != 1 || array.type != ElementType::Text) fail(key, "is no single text.");
        return array.text();
    }
    /// Numbers in each of the N rows of [N, …].
    std::size_t width(const std::string& key) const {
        const std::vector<std::size_t> shape = npz_.read(key).shape;
        if (shape.size() < 2 || shape[0] != numRows_) fail(key, "has no " + std::to_string(numRows_) + " rows.");
        std::size_t product = 1;
        for (std::size_t d = 1; d < shape.size(); ++d) product *= shape[d];
        return product;
    }
    /// [N, columns] or [N, a, b] with a·b = columns.
    std::vector<double> rows(const std::string& key, std::size_t columns) const {
        if (const std::size_t found = width(key); found != columns)
            fail(key, "has rows of " + std::to_string(found) + " numbers; " + std::to_string(columns) + " were expected.");
        return numbers<double>(key, npz_.read(key));
    }

private:
    template <typename T>
    std::vector<T> numbers(const std::string& key, const NdArray& array) const {
        try {
            return array.as<T>();
        } catch (const Error& error) {
            fail(key, std::string("is of the wrong kind. ") + error.what());
        }
    }

    NpzFile npz_;
    std::size_t numRows_ = 0;
};

/// Row `row` of a table as points; no points when values are missing.
template <typename Points>
Points pointsFrom(const std::vector<double>& table, std::size_t row, Eigen::Index count) {
    constexpr Eigen::Index kColumns = Points::ColsAtCompileTime;
    const Points points = Eigen::Map<const Points>(table.data() + row * static_cast<std::size_t>(count * kColumns), count, kColumns);
    return points.allFinite() ? points : Points(0, kColumns);
}

}  // namespace

void writeParametersNpz(const std::filesystem::path& file, const EstimateDocument& document, const ShareReport& report) {
    Eigen::Index numBetas = kNumBetas;
    for (const FrameRecord& frame : document.frames)
        for (const PersonEstimate& person : frame.people) numBetas = std::max(numBetas, person.parameters.betas.size());

    std::vector<std::int64_t> frameIndices, ids, allIndices;
    Table times, allTimes, boxes, crops, cameras, poses, betas, joints3d, joints2d, confidences, focalLengths;
    for (const FrameRecord& frame : document.frames) {
        allIndices.push_back(frame.index);
        allTimes.add({frame.time});
        for (const PersonEstimate& person : frame.people) {
            frameIndices.push_back(frame.index);
            ids.push_back(person.id);
            times.add({frame.time});
            boxes.add({person.box.x, person.box.y, person.box.width, person.box.height});
            crops.add({person.crop.center.x(), person.crop.center.y(), person.crop.side});
            focalLengths.add({person.crop.relativeFocalLength});
            cameras.add({person.camera.scale, person.camera.translation.x(), person.camera.translation.y()});
            poses.add(person.parameters.pose, 3 * kNumSmplJoints);
            Eigen::VectorXd padded = Eigen::VectorXd::Zero(numBetas);
            padded.head(person.parameters.betas.size()) = person.parameters.betas;
            betas.add(padded, numBetas);
            joints3d.add(person.joints3d, 3 * kNumSmplJoints);
            joints2d.add(person.joints2d, 2 * kNumCocoPlusJoints);
            confidences.add({person.confidence});
        }
    }
    const std::size_t n = ids.size(), numFrames = document.frames.size();
    writeNpz(file, {{"frame_index", NdArray::from(frameIndices, {n})},
                    {"time", times.array({n})},
                    {"person_id", NdArray::from(ids, {n})},
                    {"box", boxes.array({n, 4})},
                    {"crop", crops.array({n, 3})},
                    {"relative_focal_length", focalLengths.array({n})},
                    {"camera", cameras.array({n, 3})},
                    {"pose", poses.array({n, 3 * kNumSmplJoints})},
                    {"betas", betas.array({n, static_cast<std::size_t>(numBetas)})},
                    {"joints3d", joints3d.array({n, kNumSmplJoints, 3})},
                    {"joints2d", joints2d.array({n, kNumCocoPlusJoints, 2})},
                    {"confidence", confidences.array({n})},
                    {"all_frame_index", NdArray::from(allIndices, {numFrames})},
                    {"all_frame_time", allTimes.array({numFrames})},
                    {"source", NdArray::fromText(document.source)},
                    {"width", NdArray::from(std::vector<std::int64_t>{document.width}, {})},
                    {"height", NdArray::from(std::vector<std::int64_t>{document.height}, {})},
                    {"frame_rate", NdArray::from(std::vector<double>{document.frameRate}, {})}},
             report);
}

EstimateDocument readParametersNpz(const std::filesystem::path& file) {
    const ParameterArrays arrays(file);
    const std::size_t n = arrays.numRows();
    const auto frameIndices = arrays.column<std::int32_t>("frame_index", n);
    const auto times = arrays.column<double>("time", n);
    const auto ids = arrays.column<std::int32_t>("person_id", n);
    const auto confidences = arrays.column<double>("confidence", n);
    const std::vector<double> focalLengths =
        arrays.contains("relative_focal_length") ? arrays.column<double>("relative_focal_length", n) : std::vector<double>{};
    const std::vector<double> boxes = arrays.rows("box", 4), crops = arrays.rows("crop", 3), cameras = arrays.rows("camera", 3),
                              poses = arrays.rows("pose", 3 * kNumSmplJoints),
                              joints3d = arrays.rows("joints3d", 3 * kNumSmplJoints),
                              joints2d = arrays.rows("joints2d", 2 * kNumCocoPlusJoints);
    const std::size_t numBetas = arrays.width("betas");
    const std::vector<double> betas = arrays.rows("betas", numBetas);
    for (const auto& [key, values] : {std::pair{"time", &times}, {"box", &boxes}, {"crop", &crops}, {"camera", &cameras},
                                      {"pose", &poses}, {"betas", &betas}, {"confidence", &confidences}})
        if (!std::all_of(values->begin(), values->end(), [](double value) { return std::isfinite(value); }))
            arrays.fail(key, "holds values that are not finite (NaN or infinity); numbers were expected.");
    for (const double focalLength : focalLengths)
        if (!(focalLength > 0 && std::isfinite(focalLength))) arrays.fail("relative_focal_length", "holds values that are no focal length.");

    EstimateDocument document;
    document.source = arrays.text("source");
    document.width = arrays.scalar<std::int32_t>("width");
    document.height = arrays.scalar<std::int32_t>("height");
    document.frameRate = arrays.scalar<double>("frame_rate");
    std::map<int, FrameRecord> frames;
    if (arrays.contains("all_frame_index")) {
        const std::size_t numFrames = arrays.size("all_frame_index");
        const auto allIndices = arrays.column<std::int32_t>("all_frame_index", numFrames);
        const auto allTimes = arrays.column<double>("all_frame_time", numFrames);
        for (std::size_t i = 0; i < numFrames; ++i) frames[allIndices[i]] = {allIndices[i], allTimes[i], {}};
    }
    for (std::size_t row = 0; row < n; ++row) {
        PersonEstimate person;
        person.id = ids[row];
        person.box = {boxes[4 * row], boxes[4 * row + 1], boxes[4 * row + 2], boxes[4 * row + 3]};
        person.crop = {{crops[3 * row], crops[3 * row + 1]}, crops[3 * row + 2]};
        if (!focalLengths.empty()) person.crop.relativeFocalLength = focalLengths[row];
        person.camera = {cameras[3 * row], {cameras[3 * row + 1], cameras[3 * row + 2]}};
        person.confidence = confidences[row];
        person.parameters.pose = pointsFrom<Points3d>(poses, row, kNumSmplJoints);
        person.parameters.betas = Eigen::Map<const Eigen::VectorXd>(betas.data() + row * numBetas, static_cast<Eigen::Index>(numBetas));
        person.joints3d = pointsFrom<Points3d>(joints3d, row, kNumSmplJoints);
        person.joints2d = pointsFrom<Points2d>(joints2d, row, kNumCocoPlusJoints);
        FrameRecord& frame = frames[frameIndices[row]];
        frame.index = frameIndices[row];
        frame.time = times[row];
        frame.people.push_back(std::move(person));
    }
    for (auto& [index, frame] : frames) document.frames.push_back(std::move(frame));
    return document;
}

}  // namespace hmr
