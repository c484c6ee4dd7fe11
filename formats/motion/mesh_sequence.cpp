// SPDX-License-Identifier: MIT
#include "formats/motion/mesh_sequence.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <set>

#include "body/error.h"
#include "formats/atomic_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

struct Frame {
    const BodyModel& model;
    Points3f vertices, normals;
};

std::string objText(const Frame& frame, const std::string& name) {
    const BodyModelData& data = frame.model.data();
    const bool hasTexture = data.textureTriangles.rows() == data.triangles.rows();
    std::string text = "o " + name + "\n";
    char line[128];
    const auto add = [&](const char* format, auto... values) {
        std::snprintf(line, sizeof(line), format, values...);
        text += line;
    };
    for (Eigen::Index v = 0; v < frame.vertices.rows(); ++v)
        add("v %.6f %.6f %.6f\n", double(frame.vertices(v, 0)), double(frame.vertices(v, 1)), double(frame.vertices(v, 2)));
    for (Eigen::Index v = 0; v < frame.normals.rows(); ++v)
        add("vn %.4f %.4f %.4f\n", double(frame.normals(v, 0)), double(frame.normals(v, 1)), double(frame.normals(v, 2)));
    for (Eigen::Index t = 0; hasTexture && t < data.textureCoordinates.rows(); ++t)
        add("vt %.6f %.6f\n", double(data.textureCoordinates(t, 0)), double(data.textureCoordinates(t, 1)));
    for (Eigen::Index f = 0; f < data.triangles.rows(); ++f) {
        text += "f";
        for (int corner = 0; corner < 3; ++corner) {
            const unsigned v = data.triangles(f, corner) + 1;
            if (hasTexture) add(" %u/%u/%u", v, data.textureTriangles(f, corner) + 1, v);
            else add(" %u//%u", v, v);
        }
        text += "\n";
    }
    return text;
}

std::string plyBytes(const Frame& frame) {
    const Triangles& triangles = frame.model.data().triangles;
    std::string bytes = "ply\nformat binary_little_endian 1.0\ncomment HMR Studio\nelement vertex " + std::to_string(frame.vertices.rows());
    for (const char* property : {"x", "y", "z", "nx", "ny", "nz"}) bytes += std::string("\nproperty float ") + property;
    bytes += "\nelement face " + std::to_string(triangles.rows()) + "\nproperty list uchar int vertex_indices\nend_header\n";
    const auto append = [&](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); };
    for (Eigen::Index v = 0; v < frame.vertices.rows(); ++v) {
        append(frame.vertices.data() + 3 * v, 3 * sizeof(float));
        append(frame.normals.data() + 3 * v, 3 * sizeof(float));
    }
    for (Eigen::Index f = 0; f < triangles.rows(); ++f) {
        bytes += '\3';
        append(triangles.data() + 3 * f, 3 * sizeof(std::uint32_t));
    }
    return bytes;
}

const char* extensionOf(MeshFormat format) { return format == MeshFormat::Obj ? ".obj" : ".ply"; }

std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
    if (error) throw Error("Cannot read the folder " + folder.string() + ": " + error.message() + ". Check the folder's permissions.");
    return entries;
}

void removeOlderFrames(const fs::path& folder, const FrameNames& areFrames, const std::set<std::string>& newNames) {
    std::error_code error;
    for (const fs::path& file : entriesOf(folder)) {
        const std::string name = file.filename().string();
        if (newNames.contains(name) || !areFrames(name) || !fs::is_regular_file(file)) continue;
        fs::remove(file, error);
        if (error) throw Error("Cannot remove " + file.string() + " of an older sequence: " + error.message() + ". Check the folder's permissions.");
    }
}

/// Throws Error where a folder stands in a file's place, or the other way round: found on the way, files moved before would stay.
void checkPlaces(const fs::path& from, const fs::path& to) {
    for (const fs::path& entry : entriesOf(from)) {
        const fs::path place = to / entry.filename();
        if (!fs::exists(place)) continue;
        if (fs::is_directory(entry) != fs::is_directory(place))
            throw Error("Cannot write " + place.string() + ": a " + (fs::is_directory(place) ? "folder" : "file") + " of that name exists. Choose another folder.");
        if (fs::is_directory(entry)) checkPlaces(entry, place);
    }
}

/// Moves what a folder holds into another; folders that are there already are filled up.
void moveEntries(const fs::path& from, const fs::path& to, const FrameNames& areFrames) {
    std::error_code error;
    std::set<std::string> newNames;
    for (const fs::path& entry : entriesOf(from)) {
        const fs::path place = to / entry.filename();
        if (fs::is_directory(entry) && fs::is_directory(place)) {
            moveEntries(entry, place, areFrames);
            continue;
        }
        fs::rename(entry, place, error);
        if (error) throw Error("Cannot write " + place.string() + ": " + error.message() + ". Check the folder's permissions.");
        if (fs::is_regular_file(place)) newNames.insert(place.filename().string());
    }
    if (areFrames && !newNames.empty()) removeOlderFrames(to, areFrames, newNames);
}

}  // namespace

bool isNumbered(std::string_view name, std::string_view stem, std::string_view extension) {
    constexpr std::size_t kNumDigits = 6;
    if (!name.starts_with(stem) || !name.ends_with(extension) || name.size() < stem.size() + kNumDigits + extension.size()) return false;
    const std::string_view number = name.substr(stem.size(), name.size() - stem.size() - extension.size());
    const bool isPadded = number.size() == kNumDigits || number.front() != '0';
    return isPadded && std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

FrameNames meshFrames(const std::vector<Track>& tracks, MeshFormat format) {
    std::vector<std::string> stems;
    for (const Track& track : tracks) stems.push_back(track.name + "_");
    return [stems, extension = extensionOf(format)](const std::string& name) {
        return std::any_of(stems.begin(), stems.end(), [&](const std::string& stem) { return isNumbered(name, stem, extension); });
    };
}

WholeFolder::WholeFolder(fs::path target, Hidden hidden) : target_(std::move(target)) {
    if (target_.filename().empty()) target_ = target_.parent_path();
    std::error_code error;
    if (fs::exists(target_, error) && !fs::is_directory(target_, error))
        throw Error("Cannot write into " + target_.string() + ": a file of that name exists. Choose another folder.");
    static std::atomic<unsigned> counter{0};
    const bool isInside = hidden == Hidden::Inside;
    const std::string name = ".hmr-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + "-folder";
    temporary_ = (isInside ? target_ : target_.parent_path()) / name;
    if (!fs::create_directories(temporary_, error))
        throw Error(std::string("Cannot write ") + (isInside ? "into " : "beside ") + target_.string() + ": " + error.message() + ". Choose a folder that you may write to.");
}

WholeFolder::~WholeFolder() {
    std::error_code ignored;
    if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void WholeFolder::fill(const std::function<void()>& write) const {
    try {
        write();
    } catch (const Error& error) {
        std::string text = error.what();
        const std::string hidden = temporary_.string(), shown = target_.string();
        for (std::size_t at = 0; (at = text.find(hidden, at)) != std::string::npos; at += shown.size()) text.replace(at, hidden.size(), shown);
        throw Error(text);
    }
}

void WholeFolder::commit(const FrameNames& areFrames) {
    std::error_code error;
    if (fs::exists(target_, error)) {
        checkPlaces(temporary_, target_);
        return moveEntries(temporary_, target_, areFrames);
    }
    fs::rename(temporary_, target_, error);
    if (error) throw Error("Cannot finish " + target_.string() + ": " + error.message() + ". Check the folder's permissions.");
    temporary_.clear();
}

int writeMeshSequence(const fs::path& folder, MeshFormat format, const BodyModel& model, const Take& take, const MotionExportSettings& settings) {
    const WorldFrame world = worldOf(model, take);
    Eigen::Matrix3d turn = Eigen::Matrix3d::Identity();
    if (settings.preset->textUp == UpAxis::Z) turn << 1, 0, 0, 0, 0, -1, 0, 1, 0;
    const auto scale = static_cast<float>(settings.preset->meshUnitsPerMetre);
    const std::vector<Track> tracks = exportedTracks(model, take, settings);
    WholeFolder whole(folder);
    int total = 0, written = 0;
    for (const Track& track : tracks) total += static_cast<int>(track.samples.size());
    for (const Track& track : tracks) {
        for (int at = track.firstFrame; at < track.endFrame(); ++at) {
            // The frame's own shape where it was seen; the track's where a gap was filled.
            const Track* original = take.find(track.id);
            const MotionSample* seen = original ? original->at(at) : nullptr;
            BodyParameters body = seen ? seen->body : track.at(at)->body;
            const Eigen::Vector3d pelvis = shapedJoints(model, body.betas).row(0).transpose();
            const PosedBody posed = poseBody(model, inWorld(world, pelvis, body));
            Frame frame{model, posed.vertices * turn.cast<float>().transpose(), {}};
            frame.normals = vertexNormals(frame.vertices, model.triangles());
            frame.vertices *= scale;
            char number[16];
            std::snprintf(number, sizeof(number), "_%06d", at - std::max(settings.range.first, 0) + 1);
            const std::string bytes = format == MeshFormat::Obj ? objText(frame, track.name) : plyBytes(frame);
            whole.fill([&] { writeWholeFile(whole.path() / (track.name + number + extensionOf(format)), bytes); });
            reportProgress(settings, static_cast<double>(++written) / total);
        }
    }
    whole.commit(meshFrames(tracks, format));
    return written;
}

}  // namespace hmr
