// SPDX-License-Identifier: MIT
#include "formats/motion/session_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "formats/motion/take_document.h"
#include "formats/npz.h"

namespace hmr {
namespace {

using nlohmann::json;

constexpr int kSessionVersion = 1;
constexpr std::size_t kPoseWidth = 3 * kNumSmplJoints, kPlaceWidth = 3, kBoxWidth = 4, kCropWidth = 3;

json vectorJson(const Eigen::Vector3d& v) { return {v.x(), v.y(), v.z()}; }
json boxJson(const PixelBox& box) { return {box.x, box.y, box.width, box.height}; }

Eigen::Vector3d vectorFrom(const json& value) {
    const auto numbers = value.get<std::array<double, 3>>();
    return {numbers[0], numbers[1], numbers[2]};
}
PixelBox boxFrom(const json& value) {
    const auto numbers = value.get<std::array<double, 4>>();
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

template <typename Value, typename ToJson>
json mapJson(const std::map<int, Value>& map, ToJson toJson) {
    json result = json::array();
    for (const auto& [index, value] : map) result.push_back({index, toJson(value)});
    return result;
}
template <typename Value, typename FromJson>
std::map<int, Value> mapFrom(const json& list, FromJson fromJson) {
    std::map<int, Value> map;
    for (const json& entry : list) map[entry.at(0).get<int>()] = fromJson(entry.at(1));
    return map;
}
double numberFrom(const json& value) { return value.get<double>(); }

json keyJson(const Keyframe& key) {
    json result = {{"rotations", mapJson(key.rotations, vectorJson)}};
    if (key.betas) result["betas"] = std::vector<double>(key.betas->begin(), key.betas->end());
    if (key.translation) result["translation"] = vectorJson(*key.translation);
    return result;
}
Keyframe keyFrom(const json& value) {
    Keyframe key;
    key.rotations = mapFrom<Eigen::Vector3d>(value.at("rotations"), vectorFrom);
    if (value.contains("betas")) {
        const auto betas = value.at("betas").get<std::vector<double>>();
        key.betas = Eigen::Map<const Eigen::VectorXd>(betas.data(), static_cast<Eigen::Index>(betas.size()));
    }
    if (value.contains("translation")) key.translation = vectorFrom(value.at("translation"));
    return key;
}

json pixelJson(const Eigen::Vector2d& pixel) { return {pixel.x(), pixel.y()}; }
Eigen::Vector2d pixelFrom(const json& value) {
    const auto numbers = value.get<std::array<double, 2>>();
    return {numbers[0], numbers[1]};
}

json editJson(const SessionDocument::Edit& edit) {
    json result = {{"source", edit.source}, {"person", edit.person}, {"rotations", mapJson(edit.rotations, vectorJson)},
                   {"betas", mapJson(edit.betas, [](double beta) { return beta; })}};
    if (edit.place) {
        const auto& [camera, crop] = *edit.place;
        result["camera"] = {camera.scale, camera.translation.x(), camera.translation.y()};
        result["crop"] = {crop.center.x(), crop.center.y(), crop.side};
        result["relative_focal_length"] = crop.relativeFocalLength;
    }
    if (!edit.lockedJoints.empty()) result["locked_joints"] = edit.lockedJoints;
    if (!edit.pinnedJoints.empty()) result["pinned_joints"] = edit.pinnedJoints;
    if (!edit.targets.empty())
        result["targets"] = mapJson(edit.targets, [](const std::map<int, Eigen::Vector2d>& joints) { return mapJson(joints, pixelJson); });
    if (!edit.lockedRotations.empty()) result["locked_rotations"] = mapJson(edit.lockedRotations, vectorJson);
    if (!edit.silhouettes.empty()) result["silhouettes"] = mapJson(edit.silhouettes, [](const std::string& file) { return json(file); });
    return result;
}
SessionDocument::Edit editFrom(const json& value) {
    SessionDocument::Edit edit{value.at("source").get<std::string>(), value.at("person").get<int>(),
                               mapFrom<Eigen::Vector3d>(value.at("rotations"), vectorFrom), mapFrom<double>(value.at("betas"), numberFrom), {}, {}, {}, {}, {}, {}};
    if (value.contains("camera")) {
        const Eigen::Vector3d camera = vectorFrom(value.at("camera")), crop = vectorFrom(value.at("crop"));
        edit.place = {{camera[0], camera.tail<2>()}, {crop.head<2>(), crop[2], value.value("relative_focal_length", CropWindow{}.relativeFocalLength)}};
    }
    if (value.contains("locked_joints")) edit.lockedJoints = value.at("locked_joints").get<std::set<int>>();
    if (value.contains("pinned_joints")) edit.pinnedJoints = value.at("pinned_joints").get<std::set<int>>();
    if (value.contains("targets"))
        edit.targets = mapFrom<std::map<int, Eigen::Vector2d>>(value.at("targets"), [](const json& joints) { return mapFrom<Eigen::Vector2d>(joints, pixelFrom); });
    if (value.contains("locked_rotations")) edit.lockedRotations = mapFrom<Eigen::Vector3d>(value.at("locked_rotations"), vectorFrom);
    if (value.contains("silhouettes")) edit.silhouettes = mapFrom<std::string>(value.at("silhouettes"), [](const json& file) { return file.get<std::string>(); });
    return edit;
}

json toJson(const SessionDocument& document) {
    json edits = json::array(), boxes = json::array(), tracks = json::array(), layers = json::array();
    for (const auto& edit : document.edits) edits.push_back(editJson(edit));
    for (const auto& picture : document.boxes) {
        json list = json::array();
        for (const auto& box : picture.boxes) list.push_back({{"id", box.id}, {"box", boxJson(box.box)}});
        boxes.push_back({{"source", picture.source}, {"frame", picture.frame}, {"boxes", list}});
    }
    for (const Track& track : document.take.tracks) tracks.push_back({{"id", track.id}, {"name", track.name}});
    for (const auto& [track, layer] : document.keys)
        layers.push_back({{"track", track}, {"replaces", layer.blend == KeyBlend::Replace}, {"fades", layer.blend == KeyBlend::Local},
                          {"fade_frames", layer.fadeFrames}, {"keys", mapJson(layer.keys, keyJson)}});
    const Take& take = document.take;
    return {{"format", "hmr-studio session"}, {"version", kSessionVersion}, {"sources", document.sources}, {"source", document.source},
            {"frame", document.frame}, {"edits", edits}, {"boxes", boxes}, {"keys", layers},
            {"take", {{"source", take.source}, {"width", take.width}, {"height", take.height}, {"focal_length", take.focalLength},
                      {"frame_rate", take.frameRate}, {"num_frames", take.numFrames}, {"first_source_frame", take.firstSourceFrame}, {"tracks", tracks},
                      {"floor", {{"normal", vectorJson(take.floor.normal)}, {"offset", take.floor.offset}, {"known", take.floor.isKnown}}}}}};
}

std::string keyOf(std::size_t track, const char* what) { return "track" + std::to_string(track) + "_" + what; }

void addTrack(NpzArrays& arrays, std::size_t number, const Track& track) {
    std::size_t numBetas = 0, count = 0;
    for (const SharedSample& sample : track.samples) {
        if (!sample) continue;
        ++count;
        numBetas = std::max(numBetas, static_cast<std::size_t>(sample->body.betas.size()));
    }
    std::vector<float> pose, betas, place, box, crop, confidence;
    std::vector<double> focalLength;
    std::vector<std::int32_t> frames;
    std::vector<std::uint8_t> made;
    const auto add = [](std::vector<float>& to, std::initializer_list<double> values) {
        for (const double value : values) to.push_back(static_cast<float>(value));
    };
    for (std::size_t i = 0; i < track.samples.size(); ++i) {
        const SharedSample& sample = track.samples[i];
        if (!sample) continue;
        frames.push_back(track.firstFrame + static_cast<int>(i));
        for (const double value : sample->body.pose.reshaped<Eigen::RowMajor>()) pose.push_back(static_cast<float>(value));
        for (std::size_t b = 0; b < numBetas; ++b)
            betas.push_back(b < static_cast<std::size_t>(sample->body.betas.size()) ? static_cast<float>(sample->body.betas[static_cast<Eigen::Index>(b)]) : 0.F);
        const Eigen::Vector3d& t = sample->body.translation;
        add(place, {t.x(), t.y(), t.z()});
        add(box, {sample->box.x, sample->box.y, sample->box.width, sample->box.height});
        add(crop, {sample->crop.center.x(), sample->crop.center.y(), sample->crop.side});
        focalLength.push_back(sample->crop.relativeFocalLength);
        add(confidence, {sample->confidence});
        made.push_back(sample->isMade);
    }
    arrays[keyOf(number, "frames")] = NdArray::from(frames, {count});
    arrays[keyOf(number, "pose")] = NdArray::from(pose, {count, kNumSmplJoints, 3});
    arrays[keyOf(number, "betas")] = NdArray::from(betas, {count, numBetas});
    arrays[keyOf(number, "translation")] = NdArray::from(place, {count, kPlaceWidth});
    arrays[keyOf(number, "box")] = NdArray::from(box, {count, kBoxWidth});
    arrays[keyOf(number, "crop")] = NdArray::from(crop, {count, kCropWidth});
    arrays[keyOf(number, "relative_focal_length")] = NdArray::from(focalLength, {count});
    arrays[keyOf(number, "confidence")] = NdArray::from(confidence, {count});
    arrays[keyOf(number, "made")] = NdArray::from(made, {count});
}

/// The arrays of a track, checked for size and finite values.
class TrackArrays {
public:
    TrackArrays(const NpzFile& npz, std::size_t number) : npz_(npz), number_(number) {}
    std::vector<double> rows(const char* what, std::size_t count, std::size_t width) const {
        std::vector<double> values = npz_.read(keyOf(number_, what)).as<double>();
        if (values.size() != count * width) damaged(what);
        for (const double value : values)
            if (!std::isfinite(value)) damaged(what);
        return values;
    }
    bool has(const char* what) const { return npz_.contains(keyOf(number_, what)); }
    std::vector<std::int32_t> frames() const { return npz_.read(keyOf(number_, "frames")).as<std::int32_t>(); }
    std::size_t numBetas() const {
        const NdArray array = npz_.read(keyOf(number_, "betas"));
        if (array.shape.size() != 2 || array.shape[1] > 1000) damaged("betas");
        return array.shape[1];
    }
    [[noreturn]] void damaged(const char* what) const {
        throw Error("Cannot open " + npz_.path().string() + ": the array \"" + keyOf(number_, what) + "\" is damaged. Choose an older copy of the session.");
    }

private:
    const NpzFile& npz_;
    std::size_t number_;
};

void readTrack(const TrackArrays& arrays, Track& track) {
    const std::vector<std::int32_t> frames = arrays.frames();
    const std::size_t count = frames.size(), numBetas = arrays.numBetas();
    const auto pose = arrays.rows("pose", count, kPoseWidth), betas = arrays.rows("betas", count, numBetas),
               place = arrays.rows("translation", count, kPlaceWidth), box = arrays.rows("box", count, kBoxWidth),
               crop = arrays.rows("crop", count, kCropWidth), confidence = arrays.rows("confidence", count, 1), made = arrays.rows("made", count, 1);
    const char* const kFocalLength = "relative_focal_length";
    const auto focalLength = arrays.has(kFocalLength) ? arrays.rows(kFocalLength, count, 1) : std::vector<double>{};
    for (std::size_t i = 0; i < count; ++i) {
        if (frames[i] < 0 || frames[i] > kMostFrames || (i > 0 && frames[i] <= frames[i - 1])) arrays.damaged("frames");
        MotionSample sample;
        sample.body.pose = Eigen::Map<const Points3d>(pose.data() + i * kPoseWidth, kNumSmplJoints, 3);
        sample.body.betas = Eigen::Map<const Eigen::VectorXd>(betas.data() + i * numBetas, static_cast<Eigen::Index>(numBetas));
        sample.body.translation << place[3 * i], place[3 * i + 1], place[3 * i + 2];
        sample.box = {box[4 * i], box[4 * i + 1], box[4 * i + 2], box[4 * i + 3]};
        sample.crop = {{crop[3 * i], crop[3 * i + 1]}, crop[3 * i + 2]};
        if (!focalLength.empty()) sample.crop.relativeFocalLength = focalLength[i];
        if (!(sample.crop.relativeFocalLength > 0)) arrays.damaged(kFocalLength);
        sample.confidence = confidence[i];
        sample.isMade = made[i] != 0;
        track.set(frames[i], std::make_shared<const MotionSample>(std::move(sample)));
    }
}

SessionDocument fromJson(const json& root) {
    SessionDocument document;
    document.sources = root.at("sources").get<std::vector<std::string>>();
    document.source = root.at("source").get<std::string>();
    document.frame = root.at("frame").get<int>();
    for (const json& entry : root.at("edits")) document.edits.push_back(editFrom(entry));
    for (const json& entry : root.at("boxes")) {
        SessionDocument::Boxes picture{entry.at("source").get<std::string>(), entry.at("frame").get<int>(), {}};
        for (const json& box : entry.at("boxes")) picture.boxes.push_back({box.at("id").get<int>(), boxFrom(box.at("box"))});
        document.boxes.push_back(std::move(picture));
    }
    const json& take = root.at("take");
    document.take.source = take.at("source").get<std::string>();
    document.take.width = take.at("width").get<int>();
    document.take.height = take.at("height").get<int>();
    document.take.focalLength = take.at("focal_length").get<double>();
    document.take.frameRate = take.at("frame_rate").get<double>();
    document.take.numFrames = take.at("num_frames").get<int>();
    document.take.firstSourceFrame = take.value("first_source_frame", 0);
    document.take.floor = {vectorFrom(take.at("floor").at("normal")), take.at("floor").at("offset").get<double>(), take.at("floor").at("known").get<bool>()};
    for (const json& entry : take.at("tracks")) document.take.tracks.push_back({entry.at("id").get<int>(), entry.at("name").get<std::string>(), 0, {}});
    for (const json& entry : root.at("keys")) {
        KeyLayer& layer = document.keys[entry.at("track").get<int>()];
        layer.keys = mapFrom<Keyframe>(entry.at("keys"), keyFrom);
        layer.blend = entry.at("replaces").get<bool>() ? KeyBlend::Replace : entry.value("fades", false) ? KeyBlend::Local : KeyBlend::Correct;
        layer.fadeFrames = entry.value("fade_frames", layer.fadeFrames);
    }
    return document;
}

}  // namespace

SessionDocument sessionOf(const Take& take) {
    SessionDocument document;
    document.take = take;
    std::error_code error;
    if (isMotionFile(take.source) || !std::filesystem::is_regular_file(take.source, error)) return document;
    document.take.source = std::filesystem::absolute(take.source, error).string();
    document.source = document.take.source;
    document.sources = {document.source};
    return document;
}

void writeSession(const std::filesystem::path& file, const SessionDocument& document, const ShareReport& report) {
    NpzArrays arrays;
    arrays["session"] = NdArray::fromText(toJson(document).dump(-1, ' ', false, json::error_handler_t::replace));
    for (std::size_t i = 0; i < document.take.tracks.size(); ++i) addTrack(arrays, i, document.take.tracks[i]);
    writeNpz(file, arrays, report);
}

SessionDocument readSession(const std::filesystem::path& file) {
    const NpzFile npz(file);
    const auto refuse = [&](const std::string& what) { return Error("Cannot open " + file.string() + ": " + what); };
    if (!npz.contains("session")) throw refuse("it is no session. Choose a file that this program saved (*.hmrs).");
    const json root = json::parse(npz.read("session").text(), nullptr, false);
    if (!root.is_object() || !root.contains("version") || !root["version"].is_number_integer())
        throw refuse("it is no session. Choose a file that this program saved (*.hmrs).");
    const auto version = root["version"].get<std::int64_t>();
    if (version < 1) throw refuse("its version, " + std::to_string(version) + ", is none that there ever was. Choose an older copy of the session.");
    if (version > kSessionVersion)
        throw refuse("a newer version of the program saved it (session version " + std::to_string(version) + "; this program reads up to " +
                     std::to_string(kSessionVersion) + "). Open it with that version; the file is unchanged.");
    SessionDocument document;
    try {
        document = fromJson(root);
    } catch (const json::exception& error) {
        throw refuse(std::string("its description is damaged (") + error.what() + "). Choose an older copy of the session.");
    }
    Take& take = document.take;
    if (!(take.frameRate > 0) || !(take.focalLength > 0) || take.numFrames < 0 || take.numFrames > kMostFrames || take.firstSourceFrame < 0 || take.width < 0 || take.height < 0)
        throw refuse("its take's rate, size or length makes no sense. Choose an older copy of the session.");
    for (std::size_t i = 0; i < take.tracks.size(); ++i) {
        readTrack(TrackArrays(npz, i), take.tracks[i]);
        take.numFrames = std::max(take.numFrames, take.tracks[i].endFrame());
    }
    return document;
}

}  // namespace hmr
