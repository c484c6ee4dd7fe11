// SPDX-License-Identifier: MIT
#include "cli/run_job.h"

#include <algorithm>
#include <iostream>
#include <opencv2/imgproc.hpp>
#include <set>

#include "body/error.h"
#include "cli/interrupt_watch.h"
#include "cli/progress.h"
#include "formats/atomic_file.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "formats/fbx_file.h"
#include "formats/motion/session_file.h"
#include "formats/motion/take_document.h"
#include "formats/motion/take_file.h"
#include "formats/resources.h"
#include "formats/scene_file.h"
#include "formats/stream/motion_stream.h"
#include "inference/failure_text.h"
#include "inference/picture.h"
#include "inference/video_file.h"
#include "renderer/overlay_painter.h"

namespace hmr {
namespace {

/// A name for the files of an input: that of the picture or video without folder and extension.
std::string outputName(const std::string& source) {
    if (source.find("://") != std::string::npos) return "stream";
    if (source.starts_with("camera ") || source.starts_with("/dev/")) return "camera";
    std::filesystem::path path = source;
    if (path.filename().empty()) path = path.parent_path();
    return path.stem().string();
}

RecoveryOptions recoveryOptions(const RunSettings& settings) {
    RecoveryOptions options{.maxPeople = settings.maxPeople, .smoothing = settings.smoothing};
    for (const MarkedPerson& person : settings.people) {
        options.boxes.push_back(person.box);
        options.joints.push_back(person.joints);
    }
    return options;
}

/// The body, if a network can pose it. Throws Error.
std::shared_ptr<const BodyModel> drivenBody(const std::filesystem::path& file) {
    auto body = loadBodyModel(file);
    if (const auto obstacle = whyHmrCannotDrive(*body)) throw Error(file.string() + ": " + *obstacle + " Choose another body with --body.");
    return body;
}

class Run {
public:
    explicit Run(const RunSettings& settings)
        : settings_(settings),
          body_(drivenBody(settings.body.empty() ? resourcePath("body/openbody.npz") : settings.body)),
          network_(HmrNetwork::load(settings.weights.empty() ? resourcePath("weights/default.safetensors") : settings.weights,
                                    {.threads = settings.threads})),
          recovery_(body_, network_, makeDetector(settings.detector), recoveryOptions(settings)) {
        std::error_code error;
        std::filesystem::create_directories(settings.outputFolder, error);
        if (error) throw Error(settings.outputFolder.string() + " cannot be made: " + error.message() + ". Choose another folder with -o.");
        const AtomicFile trial(settings.outputFolder / ".hmr");  // says now, and once, if nothing can be written there
        warnOfOtherBody();
    }

    int runAll() {
        const InterruptWatch watch;  // a run ends after the frame in work
        for (const std::string& input : settings_.inputs) {
            if (InterruptWatch::isAsked()) break;
            runInput(input);
        }
        if (InterruptWatch::isAsked()) std::cerr << "hmr: stopped; the files written so far are whole\n";
        return hasFailed_ || InterruptWatch::isAsked() ? 1 : 0;
    }

private:
    void warnOfOtherBody() const {
        const std::string& wanted = network_->recipe().bodyModelId;
        const std::string& found = body_->data().modelId;
        if (!wanted.empty() && !found.empty() && wanted != found) {
            std::cerr << "hmr: these weights were trained for the body " << wanted << ", not " << found << ": shapes will be off\n";
        }
    }

    void fail(const std::string& message) {
        hasFailed_ = true;
        std::cerr << "hmr: " << message << "\n";
    }

    /// What goes wrong with one input is told, and the others are done.
    template <typename Work>
    void attempt(const std::string& name, const Work& work) {
        try {
            work();
        } catch (const std::exception& failure) {
            fail(failureText(failure, name));
        }
    }

    void runInput(const std::string& input) {
        std::error_code error;
        attempt(input, [&] { std::filesystem::is_directory(input, error) ? runFolder(input) : runSource(input); });
    }

    void runFolder(const std::string& folder) {
        const auto videos = videosIn(folder);
        const bool hasPictures = !picturesIn(folder).empty();
        if (!hasPictures && videos.empty()) throw Error(folder + " holds no pictures or videos; choose another folder");
        if (hasPictures) runSource(folder);
        for (const auto& video : videos) {
            if (InterruptWatch::isAsked()) return;
            attempt(video.string(), [&] { runSource(video.string()); });
        }
    }

    void runSource(const std::string& input) {
        const auto source = openSource(input);
        recovery_.reset();
        if (source->isLive() || source->frameRate() > 0) {
            runVideo(*source);
        } else {
            runPictures(*source);
        }
    }

    /// A name for the files of an input that no other input of this run has.
    std::string claimName(const std::string& source) {
        const std::string wanted = outputName(source);
        std::string name = wanted;
        for (int number = 2; !names_.insert(name).second; ++number) name = wanted + "-" + std::to_string(number);
        if (name != wanted) std::cerr << "hmr: " << source << " is written as " << name << ", since another input is called " << wanted << "\n";
        return name;
    }

    void runPictures(FrameSource& source) {
        Progress progress(source.name(), numWantedFrames(source), "pictures");
        std::stop_source stop;
        const auto onFrame = [&](const std::shared_ptr<const FrameEstimate>& estimate) {
            progress.update(estimate->frame.index + 1);
            attempt(estimate->frame.name, [&] { writeFrame(*estimate); });
            stopWhereAsked(stop, estimate->frame.index + 1);
        };
        recovery_.run(source, stop.get_token(), onFrame, [&](const std::string& message) {
            fail(message);
            stopWhereAsked(stop, 0);
        });
    }

    void writeFrame(const FrameEstimate& estimate) {
        const std::string name = claimName(estimate.frame.name);
        EstimateDocument document = documentFor(estimate, estimate.frame.name, 0);
        document.frames.push_back({0, 0, estimate.people});
        if (settings_.overlay) {
            const auto file = settings_.outputFolder / (name + ".overlay.png");
            writePicture(file, painter().paint(rgbPicture(estimate.frame.picture), estimate.people));
            std::cout << file.string() << "\n";
        }
        writeDocument(document, name);
    }

    /// What cannot be written ends a video at once; what cannot be read ends it too, with what there is by then.
    void runVideo(FrameSource& source) {
        const std::string name = claimName(source.name());
        const auto file = settings_.outputFolder / (name + ".overlay.mp4");
        Progress progress(source.name(), numWantedFrames(source));
        std::optional<VideoFile> video;
        EstimateDocument document;
        std::stop_source stop;
        const auto onFrame = [&](const std::shared_ptr<const FrameEstimate>& estimate) {
            if (document.frames.empty()) document = documentFor(*estimate, source.name(), source.frameRate());
            document.frames.push_back({estimate->frame.index, estimate->frame.time, estimate->people});
            stream(*estimate);
            if (settings_.overlay) {
                if (!video) video.emplace(file, source.frameRate(), estimate->frame.picture.size());
                video->add(painter().paint(rgbPicture(estimate->frame.picture), estimate->people));
            }
            progress.update(estimate->frame.index + 1);
            stopWhereAsked(stop, static_cast<int>(document.frames.size()));
        };
        bool hasEndedEarly = false;
        recovery_.run(source, stop.get_token(), onFrame, [&](const std::string& message) {
            hasEndedEarly = true;
            fail(message);
        });
        if (document.frames.empty()) {
            if (!hasEndedEarly && !InterruptWatch::isAsked()) throw Error(source.name() + " gave no picture; check that it is a whole video");
            return;
        }
        if (video) {
            video->finish();
            if (const auto warning = video->warning()) std::cerr << "hmr: " << *warning << "\n";
            std::cout << file.string() << "\n";
        }
        writeDocument(document, name);
        writeMotion(document, name);
    }

    /// Sends the people of a frame to where `--stream` says.
    void stream(const FrameEstimate& estimate) {
        if (settings_.stream.empty()) return;
        if (!stream_) stream_.emplace(streamAddress(settings_.stream), body_);
        const cv::Mat& picture = estimate.frame.picture;
        stream_->send(estimate.people, picture.cols, picture.rows, estimate.frame.index, estimate.frame.time);
    }

    /// Everybody's motion through a video, each format whole or not at all. Ctrl-C from here on ends it; an earlier one ended the
    /// frames, as a camera's always end, and those that there are become motion.
    void writeMotion(const EstimateDocument& document, const std::string& name) {
        static const std::set<std::string> kMotionFormats = {"session", "glb", "fbx", "bvh", "amass", "csv", "obj-sequence", "ply-sequence"};
        const int timesAsked = InterruptWatch::timesAsked();
        const Take take = takeOf(document);
        for (const std::string& wanted : settings_.exports) {
            if (InterruptWatch::timesAsked() > timesAsked) return;
            if (!kMotionFormats.contains(wanted)) continue;
            if (take.isEmpty() && wanted != "session") {
                fail(name + ": nobody was found, so there is no motion to write as " + wanted);
                return;
            }
            attempt(name, [&] {
                for (const auto& file : writeMotionAs(wanted, take, name, timesAsked)) std::cout << file.string() << "\n";
            });
        }
    }

    /// Writes one format and returns its files. Throws Error, also when Ctrl-C was pressed more than `timesAsked` times.
    std::vector<std::filesystem::path> writeMotionAs(const std::string& wanted, const Take& take, const std::string& name, int timesAsked) const {
        const auto file = settings_.outputFolder / (name + motionSuffix(wanted));
        Progress progress(file.filename().string(), 100, "percent");
        MotionExportSettings motion;
        motion.preset = &exportPreset(settings_.preset);
        motion.onProgress = [&](double share) {
            if (InterruptWatch::timesAsked() > timesAsked) throw Error(file.string() + " was not written, since Ctrl+C was pressed");
            progress.update(static_cast<int>(100 * share));
            return true;
        };
        if (wanted != "session") return exportTake(file, motionFormat(wanted).format, *body_, take, motion, false);
        writeSession(file, sessionOf(take), [&](double share) { reportProgress(motion, share); });
        return {file};
    }

    static std::string motionSuffix(const std::string& wanted) {
        if (wanted == "session") return kSessionExtension;
        const std::string extension(motionFormat(wanted).extension);
        return extension.empty() ? "." + wanted : (wanted == "amass" ? ".amass" : "") + extension;
    }

    /// How many frames there will be; 0: unknown.
    int numWantedFrames(const FrameSource& source) const {
        const int all = source.numFrames(), most = settings_.maxFrames;
        return all > 0 && most > 0 ? std::min(all, most) : std::max(all, most);
    }

    void stopWhereAsked(std::stop_source& stop, int framesDone) const {
        if (InterruptWatch::isAsked() || (settings_.maxFrames > 0 && framesDone >= settings_.maxFrames)) stop.request_stop();
    }

    OverlayPainter& painter() {
        if (!painter_) painter_ = std::make_unique<OverlayPainter>(body_);
        return *painter_;
    }

    static EstimateDocument documentFor(const FrameEstimate& estimate, const std::string& source, double frameRate) {
        return {.source = source, .width = estimate.frame.picture.cols, .height = estimate.frame.picture.rows, .frameRate = frameRate, .frames = {}};
    }

    bool isWanted(const char* format) const {
        return std::find(settings_.exports.begin(), settings_.exports.end(), format) != settings_.exports.end();
    }

    /// Parameters of all frames, and each person's mesh: of a video, the pose in the middle of the person's appearance.
    void writeDocument(const EstimateDocument& document, const std::string& name) {
        const auto write = [&](const std::string& suffix, const auto& writer, const auto& content) {
            const auto file = settings_.outputFolder / (name + suffix);
            writer(file, content);
            std::cout << file.string() << "\n";
        };
        const auto writeNpzDocument = [](const std::filesystem::path& file, const EstimateDocument& content) { writeParametersNpz(file, content); };
        write(".json", writeParametersJson, document);
        if (isWanted("npz")) write(".npz", writeNpzDocument, document);
        std::map<int, std::vector<const PersonEstimate*>> appearances;
        for (const FrameRecord& frame : document.frames) {
            for (const PersonEstimate& person : frame.people) appearances[person.id].push_back(&person);
        }
        for (const auto& [id, persons] : appearances) {
            const std::string stem = "." + std::to_string(id);
            const std::vector<Figure> figure = {figureFrom(*body_, persons[persons.size() / 2]->parameters, "person" + std::to_string(id),
                                                           Eigen::Vector3d::Zero(), true)};
            const std::span<const Figure> figures = figure;
            if (isWanted("obj")) write(stem + ".obj", writeObj, figures);
            if (document.frameRate > 0) continue;  // a video's figures move (see writeMotion)
            if (isWanted("fbx")) write(stem + ".fbx", writeFbx, figures);
            if (isWanted("glb")) write(stem + ".glb", writeGlb, figures);
        }
    }

    RunSettings settings_;
    std::shared_ptr<const BodyModel> body_;
    std::shared_ptr<HmrNetwork> network_;
    Recovery recovery_;
    std::unique_ptr<OverlayPainter> painter_;
    std::optional<MotionStream> stream_;
    std::set<std::string> names_;  ///< that files were written under
    bool hasFailed_ = false;
};

}  // namespace

int runInputs(const RunSettings& settings) { return Run(settings).runAll(); }

}  // namespace hmr
