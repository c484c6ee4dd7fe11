// SPDX-License-Identifier: MIT
#include <charconv>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>

#include "body/error.h"
#include "body/motion/take_cleanup.h"
#include "cli/commands.h"
#include "cli/interrupt_watch.h"
#include "cli/progress.h"
#include "formats/body_file.h"
#include "formats/motion/session_part.h"
#include "formats/motion/take_file.h"
#include "formats/resources.h"
#include "inference/take_pictures.h"
#include "renderer/overlay_painter.h"

namespace hmr {
namespace {

struct ExportWish {
    std::filesystem::path input, output, body;
    std::string format, preset = "plain", root, frames, source, shape;
    std::vector<int> people;
    std::vector<std::string> strengths;
    bool each = false, lockFeet = false, repair = false, showsFigures = false;
    double smooth = 0, fill = 0;
};

/// "a:b", frames counted from 1, both included.
FrameRange rangeFrom(const std::string& text) {
    FrameRange range{0, 1 << 30};
    if (text.empty()) return range;
    const std::size_t colon = text.find(':');
    const auto number = [&](const std::string& part, int otherwise) {
        int value = otherwise;
        if (part.empty()) return value;
        const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (failure != std::errc() || end != part.data() + part.size() || value < 1) throw CLI::ValidationError("--frames", "'" + text + "' is no range: 10:50 are frames 10 to 50");
        return value;
    };
    if (colon == std::string::npos) throw CLI::ValidationError("--frames", "'" + text + "' is no range: 10:50 are frames 10 to 50");
    range.first = number(text.substr(0, colon), 1) - 1;
    range.end = number(text.substr(colon + 1), range.end);
    return range;
}

/// "left_elbow=0.5". Throws Error.
void setStrength(SmoothingSettings& settings, const std::string& text) {
    const std::size_t equals = text.find('=');
    double strength = 0;
    const char* end = text.data() + text.size();
    const auto parsed = equals == std::string::npos ? std::from_chars_result{end, std::errc::invalid_argument} : std::from_chars(text.data() + equals + 1, end, strength);
    if (parsed.ec != std::errc() || parsed.ptr != end) throw Error("'" + text + "' is no joint with a strength: left_elbow=0.5 smooths that joint half as strongly");
    setStrength(settings, text.substr(0, equals), strength);
}

/// Empty, or what is wrong with a strength.
std::string strengthFault(const std::string& text) {
    try {
        SmoothingSettings settings;
        setStrength(settings, text);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

void printFigures(const Take& take, const CleanupResult& result) {
    std::cout << std::fixed << std::setprecision(2);
    for (const auto& [id, person] : result.people) {
        const auto line = [&](const char* what, double before, double after, const char* unit) {
            std::cout << "  " << std::left << std::setw(20) << what << std::right << std::setw(10) << before << " -> " << std::setw(8) << after << " " << unit << "\n";
        };
        std::cout << take.find(id)->name << ": " << person.after.numFrames << " frames, " << person.numFilled << " filled, " << person.numRepaired << " repaired\n";
        line("acceleration", person.before.acceleration, person.after.acceleration, "m/s2");
        if (person.after.numContacts > 0) line("foot slide", person.before.footSlide, person.after.footSlide, "mm a frame");
        else std::cout << "  no standing foot was found; shaky motion wants --smooth first\n";
        line("bone length spread", person.before.boneLengthSpread, person.after.boneLengthSpread, "mm");
    }
}

/// The take with the clean-up that was asked for; nothing when that is none.
std::optional<Take> cleanedTake(const BodyModel& body, const Take& take, const ExportWish& wish, const MotionExportSettings& wanted) {
    CleanupSettings settings;
    settings.range = wanted.range;
    settings.people = wanted.people;
    settings.repairsOutliers = wish.repair;
    settings.fillsGaps = wish.fill > 0;
    settings.longestGap = wish.fill;
    settings.shape.reset();
    if (!wish.shape.empty() || wish.lockFeet) settings.shape = wish.shape == "mean" ? ShapeChoice::LeastSquares : ShapeChoice::Median;
    settings.smooths = wish.smooth > 0;
    settings.smoothing.seconds = wish.smooth;
    for (const std::string& strength : wish.strengths) setStrength(settings.smoothing, strength);
    settings.locksFeet = wish.lockFeet;
    const bool changes = settings.repairsOutliers || settings.fillsGaps || settings.shape || settings.smooths;
    if (!changes && !wish.showsFigures) return std::nullopt;
    CleanupResult result = cleaned(body, take, settings, wanted.onProgress);
    printFigures(take, result);
    return changes ? std::optional(std::move(result.take)) : std::nullopt;
}

RootHandling rootFrom(const std::string& name) {
    return name == "bone" ? RootHandling::RootBone : name == "in-place" ? RootHandling::InPlace : RootHandling::Pelvis;
}

bool isSession(const std::filesystem::path& file) { return file.extension() == kSessionExtension; }

Take readWithRemark(const std::filesystem::path& file, const BodyModel& body) {
    std::string remark;
    Take take = readTake(file, body, &remark);
    if (!remark.empty()) std::cerr << "hmr: " << remark << "\n";
    return take;
}

/// A session goes on as one: what is in it by hand stays so. Only the filters, which work on the keyed motion, take the keys in.
void writeAsSession(const ExportWish& wish, const BodyModel& body, const MotionExportSettings& settings) {
    if (wish.each) throw CLI::ValidationError("--each", "a session holds everybody; choose one person with --people");
    SessionDocument document;
    if (isSession(wish.input)) {
        document = readSession(wish.input);
        if (!wish.source.empty()) moveSource(document, wish.source);
    } else {
        Take take = readWithRemark(wish.input, body);
        if (!wish.source.empty()) take.source = wish.source;
        document = sessionOf(take);
    }
    if (auto take = cleanedTake(body, finishedTake(document.take, document.keys, {}), wish, settings)) {
        document.take = std::move(*take);
        document.keys.clear();
    }
    if (!wish.people.empty() || !wish.frames.empty()) document = partOf(std::move(document), settings.people, settings.range);
    writeSession(wish.output, document, [&](double share) { reportProgress(settings, share); });
    std::cout << wish.output.string() << "\n";
}

void runExport(const ExportWish& wish) {
    const InterruptWatch watch;
    MotionExportSettings settings;
    settings.preset = &exportPreset(wish.preset);
    settings.range = rangeFrom(wish.frames);
    for (const int person : wish.people) settings.people.push_back(person - 1);
    if (!wish.root.empty()) settings.root = rootFrom(wish.root);
    Progress progress("export", 100, "percent");
    settings.onProgress = [&](double share) {
        progress.update(static_cast<int>(100 * share));
        return !InterruptWatch::isAsked();
    };
    const std::shared_ptr<const BodyModel> body = loadBodyModel(wish.body.empty() ? resourcePath("body/openbody.npz") : wish.body);
    if (wish.format.empty() && isSession(wish.output)) return writeAsSession(wish, *body, settings);
    Take take = readWithRemark(wish.input, *body);
    if (auto cleanTake = cleanedTake(*body, take, wish, settings)) take = std::move(*cleanTake);
    take = seenFromACamera(std::move(take));
    if (!wish.source.empty()) take.source = wish.source;
    const bool isVideo = wish.format == "video" || (wish.format.empty() && wish.output.extension() == ".mp4");
    if (isVideo || wish.format == "png-sequence") {
        if (!isVideo) writeTransparentPictures(wish.output, take, settings, peoplePainter(body));
        else if (const auto warning = writeTakeVideo(wish.output, take, settings, peoplePainter(body))) std::cerr << "hmr: " << *warning << "\n";
        std::cout << wish.output.string() << "\n";
        return;
    }
    const MotionFormatInfo& format = wish.format.empty() ? motionFormatOf(wish.output) : motionFormat(wish.format);
    for (const auto& file : exportTake(wish.output, format.format, *body, take, settings, wish.each)) std::cout << file.string() << "\n";
}

}  // namespace

void addExportCommand(CLI::App& app, int& exitCode) {
    auto wish = std::make_shared<ExportWish>();
    CLI::App* command = app.add_subcommand("export", "Clean recorded motion and write it for another program");
    command->add_option("input", wish->input, "Session (.hmrs), parameters of `hmr run` (.json, .npz), AMASS .npz, .bvh, or results of VIBE, WHAM, PHALP (.pkl) or ROMP (.npz)")->required();
    command->add_option("-o,--output", wish->output, "File: .glb .fbx .bvh .npz (AMASS) .json .csv .mp4 .hmrs; a folder for sequences")->required();
    std::vector<std::string> formats = {"video", "png-sequence"}, presets;
    for (const MotionFormatInfo& info : motionFormats()) formats.emplace_back(info.name);
    for (const ExportPreset& preset : exportPresets()) presets.emplace_back(preset.name);
    command->add_option("--format", wish->format, "In place of what the file's name says")->check(CLI::IsMember(formats));
    command->add_option("--preset", wish->preset, "Axes, units, bone names and root for a program")->check(CLI::IsMember(presets))->capture_default_str();
    command->add_option("--root", wish->root, "What carries the way: pelvis, bone, in-place; the preset's by default")->check(CLI::IsMember({"pelvis", "bone", "in-place"}));
    command->add_option("--people", wish->people, "Numbers of the people, from 1; everybody by default")->delimiter(',')->check(CLI::Range(1, 1000000));
    command->add_flag("--each", wish->each, "One file a person");
    command->add_option("--frames", wish->frames, "Frames a:b, counted from 1");
    command->add_flag("--repair", wish->repair, "Replace joints that jump");
    command->add_option("--fill", wish->fill, "Fill gaps up to so many seconds")->check(CLI::Range(0.0, 3600.0));
    command->add_option("--shape", wish->shape, "One shape a person: median or mean")->check(CLI::IsMember({"median", "mean"}));
    CLI::Option* smooth = command->add_option("--smooth", wish->smooth, "Zero-phase smoothing over so many seconds (0.08 is gentle)")->check(CLI::Range(0.0, 5.0));
    command->add_option("--smooth-joint", wish->strengths, "One joint's strength, times --smooth: 1 is the others', 0 leaves it as it is; once a joint")
        ->type_name("JOINT=STRENGTH")->check(strengthFault)->allow_extra_args(false)->needs(smooth);
    command->add_flag("--lock-feet", wish->lockFeet, "Hold standing feet still on the floor");
    command->add_flag("--figures", wish->showsFigures, "Print acceleration, foot slide and bone lengths before and after");
    command->add_option("--source", wish->source, "The video to draw over, when it has moved");
    command->add_option("--body", wish->body, "Body model (.npz, .pkl: SMPL, SMPL-H, SMPL-X); the shipped open body by default");
    command->callback([wish, &exitCode] {
        runExport(*wish);
        exitCode = 0;
    });
}

}  // namespace hmr
