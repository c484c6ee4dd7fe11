// SPDX-License-Identifier: MIT
#include "formats/motion/results_of_others.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/mapped_file.h"
#include "formats/motion/take_document.h"
#include "formats/npy_stream.h"
#include "formats/npz.h"
#include "formats/pickle/inflated.h"
#include "formats/pickle/pickle_arrays.h"
#include "formats/zip_archive.h"

namespace hmr {
namespace {

constexpr double kRompFocalLength = 443.4;   // of 60 degrees over the padded square
constexpr int kRompSide = 512;
constexpr double kHmr2FocalLength = 5000, kHmr2Side = 256;

/// A table of numbers, a row a frame or a person.
struct Table {
    std::vector<double> values;
    std::size_t rows = 0, width = 0;
    const double* row(std::size_t index) const { return values.data() + index * width; }
};

Table tableFrom(const PickleValue& value, const std::string& name) {
    const NdArray array = ndArrayFrom(value);
    Table table{array.as<double>(), array.shape.empty() ? 1 : array.shape[0], 1};
    if (table.rows > 0) table.width = table.values.size() / table.rows;
    for (const double number : table.values)
        if (!std::isfinite(number)) throw Error("\"" + name + "\" holds numbers that are not finite.");
    return table;
}

/// `leastWidth` numbers a row; more are left alone. `rows` 0: any number of them.
Table tableAt(const PickleValue& holder, const std::string& name, std::size_t rows, std::size_t leastWidth) {
    const auto value = holder.find(name);
    if (!value) throw Error("\"" + name + "\" is missing.");
    Table table = tableFrom(*value, name);
    if ((rows > 0 && table.rows != rows) || table.width < leastWidth)
        throw Error("\"" + name + "\" holds " + std::to_string(table.rows) + " rows of " + std::to_string(table.width) + " numbers; " +
                    (rows > 0 ? std::to_string(rows) : "some") + " of at least " + std::to_string(leastWidth) + " were expected.");
    return table;
}

int wholeNumber(const PickleValue& value, const char* what) {
    const std::vector<double> numbers = value.isText() ? std::vector{std::strtod(std::string(value.text()).c_str(), nullptr)} : ndArrayFrom(value).as<double>();
    const double number = numbers.size() == 1 ? numbers[0] : -1;
    if (!(number >= 0 && number <= kMostFrames)) throw Error("There cannot be a " + std::string(what) + " " + std::to_string(number) + ".");
    return static_cast<int>(number);
}

BodyParameters bodyFrom(const double* pose, const double* betas, std::size_t numBetas) {
    BodyParameters body;
    for (int joint = 0; joint < kNumSmplJoints; ++joint) body.pose.row(joint) << pose[3 * joint], pose[3 * joint + 1], pose[3 * joint + 2];
    for (Eigen::Index i = 0; i < std::min<Eigen::Index>(body.betas.size(), static_cast<Eigen::Index>(numBetas)); ++i) body.betas[i] = betas[i];
    return body;
}

/// A picture of unknown size: the take's camera sees the bodies, no picture is behind them.
Take emptyTake(int width, int height, double focalLength) {
    Take take;
    take.width = width;
    take.height = height;
    take.focalLength = focalLength;
    return take;
}

void addSample(Take& take, int id, int frame, MotionSample sample) {
    if (!(sample.body.translation.z() > 0)) throw Error("Frame " + std::to_string(frame) + " has a body behind the camera.");
    Track* track = take.find(id);
    if (!track) track = &take.tracks.emplace_back(Track{id, "person_" + std::to_string(id), frame, {}});
    track->set(frame, std::make_shared<const MotionSample>(std::move(sample)));
    take.numFrames = std::max(take.numFrames, frame + 1);
}

std::vector<int> framesOf(const PickleValue& person, std::size_t numRows) {
    const Table table = tableAt(person, "frame_ids", numRows, 1);
    std::vector<int> frames;
    for (const double frame : table.values) {
        if (!(frame >= 0 && frame <= kMostFrames)) throw Error("There cannot be a frame " + std::to_string(frame) + ".");
        frames.push_back(static_cast<int>(frame));
    }
    return frames;
}

/// VIBE: orig_cam's scales are the crop camera's times crop side / picture width (and height).
void addVibePerson(Take& take, int id, const PickleValue& person) {
    const Table pose = tableAt(person, "pose", 0, 72), camera = tableAt(person, "pred_cam", pose.rows, 3),
                inPicture = tableAt(person, "orig_cam", pose.rows, 4), betas = tableAt(person, "betas", pose.rows, 1),
                boxes = tableAt(person, "bboxes", pose.rows, 3);
    const std::vector<int> frames = framesOf(person, pose.rows);
    for (std::size_t row = 0; row < pose.rows; ++row) {
        const double scale = camera.row(row)[0], side = boxes.row(row)[2];
        if (!(scale > 0) || !(side > 0)) continue;  // VIBE's own mark of a frame without an answer
        if (take.width == 0) {
            const double width = side * scale / inPicture.row(row)[0], height = side * scale / inPicture.row(row)[1];
            if (!(width >= 1 && width <= 1e5 && height >= 1 && height <= 1e5)) throw Error("\"orig_cam\" and \"pred_cam\" contradict each other.");
            take = emptyTake(static_cast<int>(std::lround(width)), static_cast<int>(std::lround(height)), 1);
            take.focalLength = defaultFocalLength(take.width, take.height);
        }
        MotionSample sample;
        sample.body = bodyFrom(pose.row(row), betas.row(row), betas.width);
        sample.crop = {{boxes.row(row)[0], boxes.row(row)[1]}, side};
        sample.box = {sample.crop.center.x() - side / 2, sample.crop.center.y() - side / 2, side, side};
        const WeakPerspectiveCamera seenBy{scale, {camera.row(row)[1], camera.row(row)[2]}};
        sample.body.translation = frameTranslation(seenBy, sample.crop, take.width, take.height, take.focalLength);
        addSample(take, id, frames[row], std::move(sample));
    }
}

void addWhamPerson(Take& take, int id, const PickleValue& person) {
    const Table pose = tableAt(person, "pose", 0, 72), place = tableAt(person, "trans", pose.rows, 3), betas = tableAt(person, "betas", 0, 1);
    if (betas.rows != pose.rows && betas.rows != 1) throw Error("\"betas\" holds " + std::to_string(betas.rows) + " rows for " + std::to_string(pose.rows) + " frames.");
    const std::vector<int> frames = framesOf(person, pose.rows);
    for (std::size_t row = 0; row < pose.rows; ++row) {
        MotionSample sample;
        sample.body = bodyFrom(pose.row(row), betas.row(betas.rows == 1 ? 0 : row), betas.width);
        sample.body.translation << place.row(row)[0], place.row(row)[1], place.row(row)[2];
        addSample(take, id, frames[row], std::move(sample));
    }
}

Take takeOfPeople(const PickleValue& root) {
    Take take = emptyTake(0, 0, 1);
    const auto items = root.items();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const int id = wholeNumber(items[i], "person");
        try {
            if (items[i + 1].find("orig_cam")) addVibePerson(take, id, items[i + 1]);
            else addWhamPerson(take, id, items[i + 1]);
        } catch (const Error& error) {
            throw Error("person " + std::to_string(id) + ": " + error.what());
        }
    }
    return take;
}

void addMatrices(const PickleValue& smpl, const char* name, int firstJoint, int numJoints, BodyParameters& body) {
    const Table table = tableAt(smpl, name, 0, 1);
    if (table.values.size() != static_cast<std::size_t>(9 * numJoints)) throw Error("\"" + std::string(name) + "\" holds no " + std::to_string(numJoints) + " rotation matrices.");
    for (int joint = 0; joint < numJoints; ++joint) {
        const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> matrix(&table.values[static_cast<std::size_t>(9 * joint)]);
        if (!(matrix.transpose() * matrix - Eigen::Matrix3d::Identity()).isZero(1e-2)) throw Error("\"" + std::string(name) + "\" holds matrices that do not rotate.");
        body.pose.row(firstJoint + joint) = axisAngleFromRotation(matrix).transpose();
    }
}

/// PHALP: a dictionary a frame, lists with an element a person in it.
Take takeOfPhalp(const PickleValue& root) {
    Take take = emptyTake(0, 0, 1);
    const auto items = root.items();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        const PickleValue& frame = items[i + 1];
        const int index = wholeNumber(frame.at("time"), "frame");
        const auto ids = frame.at("tid").items(), bodies = frame.at("smpl").items(), cameras = frame.at("camera").items(),
                   boxes = frame.at("bbox").items(), sizes = frame.at("size").items();
        take.numFrames = std::max(take.numFrames, index + 1);
        for (std::size_t person = 0; person < ids.size(); ++person) {
            if (person >= std::min({bodies.size(), cameras.size(), boxes.size(), sizes.size()}))
                throw Error("Frame " + std::to_string(index) + " names more people than it describes.");
            const Table size = tableFrom(sizes[person], "size"), camera = tableFrom(cameras[person], "camera"), box = tableFrom(boxes[person], "bbox");
            if (size.values.size() < 2 || camera.values.size() != 3 || box.values.size() < 4) throw Error("Frame " + std::to_string(index) + " has a person of other numbers than PHALP's.");
            if (take.width == 0) {
                const double height = size.values[0], width = size.values[1];
                if (!(width >= 1 && width <= 1e5 && height >= 1 && height <= 1e5)) throw Error("\"size\" is no picture's size.");
                take = emptyTake(static_cast<int>(width), static_cast<int>(height), kHmr2FocalLength / kHmr2Side * std::max(width, height));
                take.numFrames = index + 1;
            }
            MotionSample sample;
            addMatrices(bodies[person], "global_orient", 0, 1, sample.body);
            addMatrices(bodies[person], "body_pose", 1, kNumSmplJoints - 1, sample.body);
            const Table betas = tableAt(bodies[person], "betas", 0, 1);
            for (Eigen::Index b = 0; b < std::min<Eigen::Index>(sample.body.betas.size(), static_cast<Eigen::Index>(betas.values.size())); ++b)
                sample.body.betas[b] = betas.values[static_cast<std::size_t>(b)];
            sample.body.translation << camera.values[0], camera.values[1], camera.values[2];
            sample.box = {box.values[0], box.values[1], box.values[2], box.values[3]};
            const double side = std::max(sample.box.longerSide(), 1.0);
            sample.crop = {sample.box.center(), side, take.focalLength / side};
            addSample(take, wholeNumber(ids[person], "person"), index, std::move(sample));
        }
    }
    return take;
}

void addRompFrame(Take& take, int frame, const PickleValue& people) {
    const Table pose = tableAt(people, "smpl_thetas", 0, 72), betas = tableAt(people, "smpl_betas", pose.rows, 1),
                place = tableAt(people, "cam_trans", pose.rows, 3);
    std::vector<int> ids;
    if (const auto tracked = people.find("track_ids"))
        for (const double id : tableFrom(*tracked, "track_ids").values) ids.push_back(static_cast<int>(std::clamp(id, 0.0, 1e6)));
    for (std::size_t person = 0; person < pose.rows; ++person) {
        MotionSample sample;
        sample.body = bodyFrom(pose.row(person), betas.row(person), betas.width);
        sample.body.translation << place.row(person)[0], place.row(person)[1], place.row(person)[2];
        addSample(take, ids.size() == pose.rows ? ids[person] : static_cast<int>(person), frame, std::move(sample));
    }
}

/// The one object of a NumPy array without dimensions: what np.savez makes of a dictionary.
PickleValue onlyObject(const PickleValue& array) {
    const auto state = array.state();
    if (!state.isSequence() || state.items().size() < 5 || !state.items()[4].isSequence() || state.items()[4].items().empty())
        throw Error("\"results\" is no dictionary.");
    return state.items()[4].items()[0];
}

/// Where the pickle of an object array begins in a .npy: behind its header.
std::string_view behindNpyHeader(std::string_view npy) {
    constexpr std::size_t kVersionAt = 6, kLengthAt = 8;
    if (npy.size() < 12 || !npy.starts_with("\x93NUMPY")) throw Error("\"results\" is no NumPy array.");
    const bool isFirstVersion = npy[kVersionAt] == 1;
    std::size_t length = 0;
    for (std::size_t i = 0; i < (isFirstVersion ? 2u : 4u); ++i) length |= std::size_t{static_cast<unsigned char>(npy[kLengthAt + i])} << (8 * i);
    const std::size_t start = kLengthAt + (isFirstVersion ? 2 : 4) + length;
    if (start > npy.size()) throw Error("\"results\" ends within its header.");
    return npy.substr(start);
}

Take takeOfRomp(const PickleValue& results) {
    Take take = emptyTake(kRompSide, kRompSide, kRompFocalLength);
    if (results.find("smpl_thetas")) {
        addRompFrame(take, 0, results);
        return take;
    }
    int frame = 0;  // a video: dictionaries under the names of the pictures, in their order
    const auto items = results.items();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2, ++frame) {
        if (items[i + 1].kind() == PickleKind::Dict && items[i + 1].find("smpl_thetas")) addRompFrame(take, frame, items[i + 1]);
        take.numFrames = frame + 1;
    }
    return take;
}

Take readRomp(const std::filesystem::path& file) {
    const ZipArchive archive(file, "NumPy archive (.npz)");
    const std::vector<std::byte> bytes = archive.read("results.npy");
    const std::string_view pickled = behindNpyHeader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const Pickle pickle(pickled, file.string(), UnknownNames::Keep);
    return takeOfRomp(onlyObject(pickle.root()));
}

/// Reads the pickle of a file and gives its root to `use`.
template <typename Use>
auto withPickle(const std::filesystem::path& file, Use use) {
    const MappedFile mapped(file);
    std::string_view bytes = mapped.bytes();
    if (const std::string_view compression = unreadCompression(bytes); !compression.empty())
        throw Error("it is compressed by " + std::string(compression) + ", which is not read here; save it again with joblib.dump(…, compress=3).");
    const std::string expanded = isDeflated(bytes) ? inflated(bytes) : std::string();
    if (!expanded.empty()) bytes = expanded;
    const Pickle pickle(bytes, file.string(), UnknownNames::Keep);
    return use(pickle.root());
}

constexpr const char* kVibe = "VIBE";
constexpr const char* kWham = "WHAM";
constexpr const char* kPhalp = "PHALP (4D-Humans)";
constexpr const char* kRomp = "ROMP";

/// Null when the pickle is of no program that is known.
const char* programOf(const PickleValue& root) {
    if (root.kind() != PickleKind::Dict || root.items().size() < 2 || root.items()[1].kind() != PickleKind::Dict) return nullptr;
    const PickleValue& first = root.items()[1];
    if (first.find("tid") && first.find("smpl")) return kPhalp;
    if (!first.find("pose")) return nullptr;
    return first.find("orig_cam") ? kVibe : first.find("trans") ? kWham : nullptr;
}

Take takeOfPickle(const PickleValue& root) {
    const char* program = programOf(root);
    if (!program && root.find("v_template")) throw Error("it is a body model, no motion; choose it as the body.");
    if (!program) throw Error("it is a pickle of no program that is known here (VIBE, WHAM, PHALP).");
    return program == kPhalp ? takeOfPhalp(root) : takeOfPeople(root);
}

bool isArchive(const std::filesystem::path& file) { return MappedFile(file).bytes().starts_with("PK"); }

/// Puts the file's name before what goes wrong, where it is not told.
template <typename Work>
auto named(const std::filesystem::path& file, Work work) {
    try {
        return work();
    } catch (const Error& error) {
        const std::string what = error.what();
        throw Error(what.find(file.string()) != std::string::npos ? what : "Cannot read " + file.string() + ": " + what);
    }
}

}  // namespace

Take readResultsOfOthers(const std::filesystem::path& file) {
    return named(file, [&] {
        Take take = isArchive(file) ? readRomp(file) : withPickle(file, takeOfPickle);
        if (take.isEmpty()) throw Error("nobody is in it.");
        take.source = file.string();
        return take;
    });
}

std::optional<std::string> programOfResults(const std::filesystem::path& file) {
    return named(file, [&]() -> std::optional<std::string> {
        if (isArchive(file)) {
            const auto headers = readNpzHeaders(file);
            const auto results = headers.find("results");
            const bool isObject = results != headers.end() && !results->second.type && results->second.shape.empty();
            return isObject ? std::optional<std::string>(kRomp) : std::nullopt;
        }
        const char* program = withPickle(file, programOf);
        return program ? std::optional<std::string>(program) : std::nullopt;
    });
}

bool isRomp(const std::filesystem::path& file) {
    const NpzFile npz(file);
    return npz.contains("results");
}

}  // namespace hmr
