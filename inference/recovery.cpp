// SPDX-License-Identifier: MIT
#include "inference/recovery.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "body/error.h"
#include "body/fitting/seen_joint_fitter.h"
#include "body/skeleton.h"
#include "formats/pose_mixture_file.h"
#include "inference/crop.h"
#include "inference/failure_text.h"
#include "inference/live_reader.h"
#include "inference/person_tracker.h"

namespace hmr {
namespace {

/// Milliseconds since it was made, added to a stage of a frame.
class StageTimer {
public:
    StageTimer(FrameEstimate& estimate, std::string stage) : estimate_(estimate), stage_(std::move(stage)) {}
    ~StageTimer() {
        const auto elapsed = std::chrono::steady_clock::now() - start_;
        estimate_.milliseconds[stage_] += std::chrono::duration<double, std::milli>(elapsed).count();
    }

private:
    FrameEstimate& estimate_;
    std::string stage_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Bounds of the posed body in source pixels.
PixelBox projectedBox(const PersonEstimate& person, const PosedBody& posed) {
    const PinholeCamera camera = frameCamera(person.camera, person.crop);
    Eigen::Vector2d low = Eigen::Vector2d::Constant(1e9), high = -low;
    for (Eigen::Index i = 0; i < posed.vertices.rows(); i += 3) {  // every third vertex bounds as well
        const Eigen::Vector3d p = posed.vertices.row(i).cast<double>().transpose() + camera.translation;
        const Eigen::Vector2d pixel = camera.focalLength * p.head<2>() / p.z() + camera.principalPoint;
        low = low.cwiseMin(pixel);
        high = high.cwiseMax(pixel);
    }
    return {low.x(), low.y(), high.x() - low.x(), high.y() - low.y()};
}

/// Whether the network sees somebody in its crop; of networks without joint maps, that is believed.
bool isSeen(const PersonEstimate& person, double mostDeviation) {
    return !person.seenJoints || personDeviation(cropFromSource(*person.seenJoints, person.crop)) < mostDeviation;
}

/// Whether a found box is worth a body, in a video from now on: a weak find must be clearly seen. The product ranks boxes better than the
/// detector's confidence alone (docs/training.md).
bool isConvincing(const PersonEstimate& person, double confidence) {
    if (!person.seenJoints) return true;
    return confidence * std::exp(-5 * personDeviation(cropFromSource(*person.seenJoints, person.crop))) > 0.2;
}

constexpr int kGuessEvery = 5;         ///< frames of a video in which nobody is found
constexpr int kPauseAfterGuess = 60;   ///< frames, when the guessed person was nobody

/// In crop coordinates, of a box that a detector found and of one that is only a guess.
constexpr double kMostDeviation = 0.25, kMostDeviationOfGuess = 0.15;

bool touches(const PixelBox& box, const cv::Mat& picture) {
    return box.width > 0 && box.height > 0 && box.x < picture.cols && box.y < picture.rows && box.x + box.width > 0 &&
           box.y + box.height > 0;
}

void expectUsable(const PixelBox& box, const Frame& frame) {
    constexpr double kSmallestSide = 8;
    if (!touches(box, frame.picture)) {
        throw Error(frame.name + ": a box lies outside the picture of " + std::to_string(frame.picture.cols) + "x" +
                    std::to_string(frame.picture.rows) + " pixels; give x,y,width,height in pixels of the picture");
    }
    if (box.longerSide() < kSmallestSide) throw Error(frame.name + ": a box is smaller than 8 pixels; give one around the whole person");
}

}  // namespace

struct Recovery::Implementation {
    std::shared_ptr<const BodyModel> body;
    std::shared_ptr<HmrNetwork> network;
    std::shared_ptr<PersonDetector> detector;
    RecoveryOptions options;
    std::optional<PersonTracker> tracker;
    int framesSinceLook = 0, framesToGuess = 0;
    std::vector<PixelBox> trackedBoxes;  ///< the boxes by hand that the tracks were started from
    PosedBody posed;
    std::optional<SeenJointFitter> fitter;  ///< made when first needed

    struct Candidate {
        Detection detection;
        bool isByHand = false;
    };

    std::vector<Candidate> findPeople(FrameEstimate& estimate) {
        std::vector<Candidate> people;
        for (const PixelBox& box : options.boxes) {
            expectUsable(box, estimate.frame);
            people.push_back({{box, 1}, true});
        }
        if (!people.empty()) return people;
        for (const Detection& detection : look(estimate)) people.push_back({detection});
        if (people.size() > static_cast<std::size_t>(options.maxPeople)) people.resize(options.maxPeople);
        return people;
    }

    std::vector<Detection> look(FrameEstimate& estimate) {
        const StageTimer timer(estimate, "detect");
        auto detections = detector->detect(estimate.frame.picture);
        std::erase_if(detections, [&](const Detection& d) { return !touches(d.box, estimate.frame.picture); });
        return detections;
    }

    /// One pass of crop, network and posing over all boxes at once.
    std::vector<PersonEstimate> recoverBoxes(FrameEstimate& estimate, const std::vector<PixelBox>& boxes) {
        const NetworkRecipe& recipe = network->recipe();
        const std::size_t cropBytes = static_cast<std::size_t>(recipe.inputSize) * recipe.inputSize * 3;
        std::vector<std::uint8_t> crops(boxes.size() * cropBytes);
        std::vector<PersonEstimate> people(boxes.size());
        {
            const StageTimer timer(estimate, "crop");
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                people[i].box = boxes[i];
                people[i].crop = cropWindow(boxes[i], recipe, estimate.frame.picture.size());
                const cv::Mat crop = cropPicture(estimate.frame.picture, people[i].crop, recipe);
                std::memcpy(&crops[i * cropBytes], crop.data, cropBytes);
            }
        }
        if (!boxes.empty()) {
            const StageTimer timer(estimate, "network");
            const auto outputs = network->recover(crops, static_cast<int>(boxes.size()));
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                people[i].camera = outputs[i].camera;
                people[i].parameters = outputs[i].parameters;
                if (outputs[i].seenJoints) people[i].seenJoints = sourceFromCrop(*outputs[i].seenJoints, people[i].crop);
            }
        }
        return people;
    }

    /// Where the recovered body itself lies, in source pixels.
    PixelBox bodyBox(FrameEstimate& estimate, const PersonEstimate& person) {
        const StageTimer timer(estimate, "pose");
        poseBody(*body, person.parameters, posed);
        return projectedBox(person, posed);
    }

    bool isPlausible(const PixelBox& box, const cv::Mat& picture) const {
        const Eigen::Vector2d center = box.center();
        return box.longerSide() >= 16 && center.x() > 0 && center.y() > 0 && center.x() < picture.cols && center.y() < picture.rows &&
               box.longerSide() < 2.5 * std::max(picture.cols, picture.rows);
    }

    /// Further passes for found boxes that the recovered bodies disagree with; boxes by hand stand as they are.
    void refine(FrameEstimate& estimate, std::vector<PersonEstimate>& people, const std::vector<Candidate>& candidates, int passes) {
        for (int pass = 0; pass < passes; ++pass) {
            std::vector<PixelBox> boxes;
            std::vector<std::size_t> indices;
            for (std::size_t i = 0; i < people.size(); ++i) {
                if (candidates[i].isByHand) continue;
                const PixelBox projected = bodyBox(estimate, people[i]);
                if (!isPlausible(projected, estimate.frame.picture) || intersectionOverUnion(projected, people[i].box) > 0.65) continue;
                boxes.push_back(projected);
                indices.push_back(i);
            }
            if (boxes.empty()) return;
            auto again = recoverBoxes(estimate, boxes);
            for (std::size_t k = 0; k < indices.size(); ++k) people[indices[k]] = std::move(again[k]);
        }
    }

    void fitSeenJoints(FrameEstimate& estimate, std::vector<PersonEstimate>& people) {
        if (!options.fitSeenJoints || body->numJoints() != kNumSmplJoints || body->data().cocoPlusRegressor.rows() == 0) return;
        const StageTimer timer(estimate, "fit");
        for (PersonEstimate& person : people) {
            if (!person.seenJoints) continue;
            if (!fitter) fitter.emplace(*body, shippedPoseMixture());
            fitter->fit(person.parameters, person.camera, cropFromSource(*person.seenJoints, person.crop));
        }
    }

    void finish(FrameEstimate& estimate, PersonEstimate& person) {
        const StageTimer timer(estimate, "pose");
        posed = updateJoints(*body, person);
    }

    FrameEstimate begin(const Frame& frame) const {
        if (frame.picture.empty() || frame.picture.type() != CV_8UC3) throw Error(frame.name + " holds no picture");
        FrameEstimate estimate;
        estimate.frame = frame;
        estimate.request = options.request;
        return estimate;
    }

    FrameEstimate recover(const Frame& frame) {
        FrameEstimate estimate = begin(frame);
        recoverInto(estimate);
        return estimate;
    }

    void recoverInto(FrameEstimate& estimate) {
        const StageTimer timer(estimate, "total");
        auto candidates = findPeople(estimate);
        recoverCandidates(estimate, candidates, 1);
        if (candidates.empty() && options.wholePictureFallback) {
            candidates.push_back({{wholeBox(estimate.frame.picture), 0}});
            recoverCandidates(estimate, candidates, 3);
        }
        for (std::size_t i = 0; i < std::min(options.joints.size(), estimate.people.size()); ++i)
            if (options.joints[i]) estimate.people[i].seenJoints = options.joints[i];
        fitSeenJoints(estimate, estimate.people);
        for (std::size_t i = 0; i < estimate.people.size(); ++i) {
            estimate.people[i].id = static_cast<int>(i);
            estimate.people[i].confidence = candidates[i].detection.confidence;
            finish(estimate, estimate.people[i]);
        }
    }

    /// The bodies of whoever is seen among the candidates, who alone are left.
    void recoverCandidates(FrameEstimate& estimate, std::vector<Candidate>& candidates, int passes) {
        std::vector<PixelBox> boxes;
        for (const Candidate& candidate : candidates) boxes.push_back(candidate.detection.box);
        estimate.people = recoverBoxes(estimate, boxes);
        refine(estimate, estimate.people, candidates, options.refineBox ? passes : 0);
        leaveOutUnseen(estimate.people, candidates);
    }

    static void leaveOutUnseen(std::vector<PersonEstimate>& people, std::vector<Candidate>& candidates) {
        for (std::size_t i = people.size(); i-- > 0;) {
            const double confidence = candidates[i].detection.confidence;
            const bool isBelieved = confidence > 0 ? isSeen(people[i], kMostDeviation) && isConvincing(people[i], confidence) : isSeen(people[i], kMostDeviationOfGuess);
            if (candidates[i].isByHand || isBelieved) continue;
            people.erase(people.begin() + static_cast<std::ptrdiff_t>(i));
            candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    static PixelBox wholeBox(const cv::Mat& picture) {
        return {0, 0, static_cast<double>(picture.cols), static_cast<double>(picture.rows)};
    }

    /// Starts tracks where there are none, and lets the detector look now and then.
    void updateTracks(FrameEstimate& estimate) {
        if (!tracker || trackedBoxes != options.boxes) {
            for (const PixelBox& box : options.boxes) expectUsable(box, estimate.frame);
            tracker.emplace(options.smoothing, std::max(options.maxPeople, static_cast<int>(options.boxes.size())));
            trackedBoxes = options.boxes;
            for (const PixelBox& box : options.boxes) tracker->start(box, 1, true);
        }
        const bool isByHand = !options.boxes.empty();
        const bool mustLook = tracker->tracks().empty() || ++framesSinceLook >= options.detectEvery;
        if (!isByHand && mustLook) {
            framesSinceLook = 0;
            tracker->confirm(look(estimate));
        }
        if (tracker->tracks().empty() && options.wholePictureFallback && !isByHand && framesToGuess-- <= 0) {
            framesToGuess = kGuessEvery - 1;
            startFromWholePicture(estimate);
        }
    }

    void startFromWholePicture(FrameEstimate& estimate) {
        const std::vector<Candidate> candidates = {{{wholeBox(estimate.frame.picture), 0}}};
        auto people = recoverBoxes(estimate, {candidates[0].detection.box});
        refine(estimate, people, candidates, options.refineBox ? 3 : 0);
        if (isSeen(people[0], kMostDeviationOfGuess)) tracker->start(people[0].box, 0, false);
    }

    FrameEstimate follow(const Frame& frame) {
        FrameEstimate estimate = begin(frame);
        followInto(estimate);
        return estimate;
    }

    void followInto(FrameEstimate& estimate) {
        const StageTimer timer(estimate, "total");
        const Frame& frame = estimate.frame;
        updateTracks(estimate);
        auto& tracks = tracker->tracks();
        const bool isByHand = !options.boxes.empty();
        std::vector<PixelBox> boxes;
        for (const auto& track : tracks) boxes.push_back(track.box);
        auto people = recoverBoxes(estimate, boxes);
        for (std::size_t i = 0; i < tracks.size(); ++i) tracks[i].guard.hold(people[i].parameters, frame.time);
        fitSeenJoints(estimate, people);
        for (std::size_t i = 0; i < tracks.size(); ++i) tracks[i].guard.believe(people[i].parameters, frame.time);
        std::vector<bool> ended(tracks.size(), false);
        for (std::size_t i = 0; i < tracks.size(); ++i) {
            PersonEstimate& person = people[i];
            const bool isNew = tracks[i].id < 0 && tracks[i].isConfirmed;
            ended[i] = !tracker->see(tracks[i], isByHand || (isSeen(person, kMostDeviation) && (!isNew || isConvincing(person, tracks[i].confidence))));
            if (ended[i]) continue;
            person.id = tracks[i].id;
            person.confidence = tracks[i].confidence;
            tracks[i].smoother.smooth(person, frame.time);
            finish(estimate, person);
            ended[i] = !PersonTracker::move(tracks[i], projectedBox(person, posed), frame.picture.cols, frame.picture.rows);
            if (!ended[i]) estimate.people.push_back(std::move(person));
        }
        for (std::size_t i = 0; i < tracks.size(); ++i)
            if (ended[i] && !tracks[i].isConfirmed) framesToGuess = kPauseAfterGuess;
        tracker->prune(ended);
    }
};

Recovery::Recovery(std::shared_ptr<const BodyModel> body, std::shared_ptr<HmrNetwork> network,
                   std::shared_ptr<PersonDetector> detector, RecoveryOptions options)
    : implementation_(std::make_unique<Implementation>()) {
    implementation_->body = std::move(body);
    implementation_->network = std::move(network);
    implementation_->detector = std::move(detector);
    implementation_->options = std::move(options);
}

Recovery::~Recovery() = default;

RecoveryOptions& Recovery::options() { return implementation_->options; }

FrameEstimate Recovery::recover(const Frame& frame) { return implementation_->recover(frame); }

FrameEstimate Recovery::follow(const Frame& frame) { return implementation_->follow(frame); }

void Recovery::reset() {
    implementation_->tracker.reset();
    implementation_->framesSinceLook = implementation_->framesToGuess = 0;
}

void Recovery::run(FrameSource& source, std::stop_token stop,
                   const std::function<void(std::shared_ptr<const FrameEstimate>)>& onFrame,
                   const std::function<void(const std::string& message)>& onError) {
    const bool isMotion = source.isLive() || source.frameRate() > 0;
    std::optional<LiveReader> newest;
    if (source.isLive()) newest.emplace(source);
    while (!stop.stop_requested()) {
        std::string subject = source.name();
        std::shared_ptr<const FrameEstimate> recovered;
        try {
            const auto start = std::chrono::steady_clock::now();
            std::optional<Frame> frame;
            if (!newest) {
                frame = source.next();
            } else if (newest->take(frame) == LiveReader::State::Waiting) {
                continue;
            }
            if (!frame) break;
            const auto decoded = std::chrono::steady_clock::now() - start;
            subject = frame->name;
            auto estimate = isMotion ? follow(*frame) : recover(*frame);
            estimate.milliseconds["decode"] = std::chrono::duration<double, std::milli>(decoded).count();
            recovered = std::make_shared<const FrameEstimate>(std::move(estimate));
        } catch (const std::exception& failure) {
            if (!onError) throw;
            onError(failureText(failure, subject));
            if (isMotion) break;  // the next frame would fail as this one did
            continue;
        }
        onFrame(std::move(recovered));
    }
}

}  // namespace hmr
