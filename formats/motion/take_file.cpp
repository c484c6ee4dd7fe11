// SPDX-License-Identifier: MIT
#include "formats/motion/take_file.h"

#include <algorithm>
#include <cctype>

#include "body/error.h"
#include "formats/fbx_file.h"
#include "formats/motion/amass_file.h"
#include "formats/motion/bvh_take.h"
#include "formats/motion/joint_table.h"
#include "formats/motion/mesh_sequence.h"
#include "formats/motion/results_of_others.h"
#include "formats/motion/session_file.h"
#include "formats/motion/session_part.h"
#include "formats/motion/take_document.h"
#include "formats/npz.h"
#include "formats/scene_file.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

std::string lowerExtension(const fs::path& file) {
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

/// Only the chosen people and frames, the first frame as frame 0.
Take chosenPart(const BodyModel& model, const Take& take, const MotionExportSettings& settings) {
    exportedTracks(model, take, settings);  // says so when there is nobody
    Take part = take;
    part.tracks.clear();
    const int first = std::max(settings.range.first, 0), end = std::min(settings.range.end, take.numFrames);
    for (const Track& track : take.tracks) {
        if (!settings.people.empty() && std::find(settings.people.begin(), settings.people.end(), track.id) == settings.people.end()) continue;
        Track chosen{track.id, track.name, 0, {}};
        for (int frame = std::max(first, track.firstFrame); frame < std::min(end, track.endFrame()); ++frame)
            if (const SharedSample& sample = track.samples[static_cast<std::size_t>(frame - track.firstFrame)]) chosen.set(frame - first, sample);
        if (!chosen.samples.empty()) part.tracks.push_back(std::move(chosen));
    }
    part.numFrames = end - first;
    return part;
}

MeshFormat meshFormatOf(MotionFormat format) { return format == MotionFormat::ObjSequence ? MeshFormat::Obj : MeshFormat::Ply; }

void writeOne(const fs::path& file, MotionFormat format, const BodyModel& model, const Take& take, const MotionExportSettings& settings) {
    const ExportPreset& preset = *settings.preset;
    const ShareReport whole = [&](double share) { reportProgress(settings, share); };
    const ShareReport firstHalf = [&](double share) { reportProgress(settings, 0.5 * share); };
    const ShareReport secondHalf = [&](double share) { reportProgress(settings, 0.5 + 0.5 * share); };  // behind the figures
    switch (format) {
        case MotionFormat::Glb:
            return writeMotionGlb(file, animatedFigures(model, take, settings, UpAxis::Y), secondHalf);
        case MotionFormat::Fbx:
            return writeMotionFbx(file, animatedFigures(model, take, settings, preset.fbxUp), secondHalf);
        case MotionFormat::Bvh:
            return writeBvh(file, bvhOf(animatedFigures(model, take, settings, preset.textUp).front(), preset.bvhUnitsPerMetre), secondHalf);
        case MotionFormat::JointCsv:
            return writeJointCsv(file, animatedFigures(model, take, settings, preset.textUp), secondHalf);
        case MotionFormat::AmassNpz:
            return writeAmass(file, model, take, exportedTracks(model, take, settings).front().id, settings);
        case MotionFormat::ParametersNpz:
            return writeParametersNpz(file, documentOf(model, chosenPart(model, take, settings), firstHalf), secondHalf);
        case MotionFormat::ParametersJson:
            return writeTakeParametersJson(file, model, chosenPart(model, take, settings), whole);
        case MotionFormat::ObjSequence:
        case MotionFormat::PlySequence:
            writeMeshSequence(file, meshFormatOf(format), model, take, settings);
            return;
    }
}

}  // namespace

const std::vector<MotionFormatInfo>& motionFormats() {
    static const std::vector<MotionFormatInfo> formats = {
        {MotionFormat::Glb, "glb", "glTF binary", ".glb", true},
        {MotionFormat::Fbx, "fbx", "FBX", ".fbx", true},
        {MotionFormat::Bvh, "bvh", "Biovision", ".bvh", false},
        {MotionFormat::ObjSequence, "obj-sequence", "OBJ a frame", "", true},
        {MotionFormat::PlySequence, "ply-sequence", "PLY a frame", "", true},
        {MotionFormat::AmassNpz, "amass", "AMASS NPZ", ".npz", false},
        {MotionFormat::ParametersNpz, "npz", "Parameters NPZ", ".npz", true},
        {MotionFormat::ParametersJson, "json", "Parameters JSON", ".json", true},
        {MotionFormat::JointCsv, "csv", "Joint places CSV", ".csv", true}};
    return formats;
}

const MotionFormatInfo& motionFormat(MotionFormat format) {
    return *std::find_if(motionFormats().begin(), motionFormats().end(), [format](const auto& info) { return info.format == format; });
}

const MotionFormatInfo& motionFormat(std::string_view name) {
    std::string known;
    for (const MotionFormatInfo& info : motionFormats()) {
        if (info.name == name) return info;
        known += (known.empty() ? "" : ", ") + std::string(info.name);
    }
    throw Error("There is no motion format \"" + std::string(name) + "\"; known are " + known + ".");
}

const MotionFormatInfo& motionFormatOf(const fs::path& file) {
    const std::string extension = lowerExtension(file);
    if (extension == ".npz") return motionFormat(MotionFormat::AmassNpz);
    for (const MotionFormatInfo& info : motionFormats())
        if (!info.extension.empty() && info.extension == extension) return info;
    throw Error("The name " + file.string() + " does not tell a motion format. End it in .glb, .fbx, .bvh, .npz, .json or .csv, or name the format.");
}

std::vector<fs::path> exportTake(const fs::path& file, MotionFormat format, const BodyModel& model, const Take& take,
                                 const MotionExportSettings& settings, bool onePerPerson) {
    const MotionFormatInfo& info = motionFormat(format);
    const std::vector<Track> tracks = exportedTracks(model, take, settings);
    reportProgress(settings, 0);
    if (tracks.size() == 1 || (info.holdsSeveral && !onePerPerson)) {
        writeOne(file, format, model, take, settings);
        return {file};
    }
    // Written into a hidden folder first, so that a later failure leaves no part of them.
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    const bool areFolders = info.extension.empty();
    const std::string stem = areFolders ? file.filename().string() : file.stem().string();
    std::vector<fs::path> written;
    WholeFolder whole(folder, WholeFolder::Hidden::Inside);
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        reportProgress(settings, static_cast<double>(i) / static_cast<double>(tracks.size()));
        MotionExportSettings one = settings;
        one.people = {tracks[i].id};
        if (settings.onProgress) one.onProgress = [&](double share) { return settings.onProgress((static_cast<double>(i) + share) / static_cast<double>(tracks.size())); };
        const fs::path name = stem + "." + tracks[i].name + (areFolders ? "" : file.extension().string());
        whole.fill([&] { writeOne(whole.path() / name, format, model, take, one); });
        written.push_back(folder / name);
    }
    whole.commit(areFolders ? meshFrames(tracks, meshFormatOf(format)) : FrameNames());
    return written;
}

Take readTake(const fs::path& file, const BodyModel& model, std::string* remark) {
    const std::string extension = lowerExtension(file);
    if (extension == ".bvh") return takeFromBvh(model, file);
    if (extension == ".json") return takeOf(readParametersJson(file));
    if (extension == kSessionExtension) return finishedTake(readSession(file));
    if (extension == ".pkl") return readResultsOfOthers(file);
    if (extension == ".npz" && isRomp(file)) return readResultsOfOthers(file);
    if (extension == ".npz") return isAmass(file) ? readAmass(file, model, remark) : takeOf(readParametersNpz(file));
    throw Error("Cannot read motion from " + file.string() + ": sessions (.hmrs), AMASS, ROMP or parameter files (.npz), results of VIBE, WHAM and PHALP (.pkl), parameters (.json) and .bvh are read.");
}

}  // namespace hmr
