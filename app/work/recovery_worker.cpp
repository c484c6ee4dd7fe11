// SPDX-License-Identifier: MIT
#include "app/work/recovery_worker.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "app/picture_conversion.h"
#include "body/error.h"
#include "inference/live_reader.h"

namespace hmr {
namespace {

constexpr auto kMoment = std::chrono::milliseconds(30);  ///< that opening is waited for before something else is looked after

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Opens on a thread of its own that nobody has to wait for: a stream that does not answer blocks for seconds. The thread shares nothing
/// with whoever began it; what it opens for nobody it closes again.
std::future<std::unique_ptr<FrameSource>> beginOpening(const std::string& specification) {
    std::promise<std::unique_ptr<FrameSource>> promise;
    auto opened = promise.get_future();
    std::thread([specification, promise = std::move(promise)]() mutable {
        try {
            promise.set_value(hmr::openSource(specification));
        } catch (...) {
            promise.set_exception(std::current_exception());
        }
    }).detach();
    return opened;
}

Clock::duration seconds(double value) { return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value)); }

}  // namespace

void WorkOrders::merge(WorkOrders newer) {
    if (newer.source) {  // what was asked of the old source no longer matters
        frame.reset();
        recover.reset();
        playing.reset();
    }
    if (newer.frame) recover.reset();
    if (newer.models) models = std::move(newer.models);
    if (newer.source) source = std::move(newer.source);
    if (newer.frame) frame = newer.frame;
    if (newer.frame) pictureOnly = newer.pictureOnly;
    if (newer.recover) recover = std::move(newer.recover);
    if (newer.playing) playing = newer.playing;
    request = std::max(request, newer.request);
}

RecoveryWorker::RecoveryWorker(ModelLoader loader, WorkListener listener)
    : loader_(std::move(loader)), listener_(std::move(listener)) {}

RecoveryWorker::~RecoveryWorker() = default;

void RecoveryWorker::take(WorkOrders orders) {
    orders_.merge(std::move(orders));
    request_ = orders_.request;
}

bool RecoveryWorker::step() {
    try {
        // The picture comes first, so that there is something to see while models load.
        if (auto source = std::exchange(orders_.source, std::nullopt)) {
            openSource(*source);
        } else if (opening_.valid()) {
            awaitSource();
        } else if (auto frame = std::exchange(orders_.frame, std::nullopt)) {
            goTo(*frame, orders_.pictureOnly);
        } else if (auto models = std::exchange(orders_.models, std::nullopt)) {
            loadModels(*models);
        } else if (auto recover = std::exchange(orders_.recover, std::nullopt)) {
            recoverFrame(*recover);
        } else if (auto playing = std::exchange(orders_.playing, std::nullopt)) {
            if (*playing && hasEnded_) goTo(0);
            isPlaying_ = *playing && source_ && isMotion();
            if (frame_) playStart_ = Clock::now() - seconds(frame_->time);
            listener_.playingChanged(isPlaying_);
        } else if (isPlaying_) {
            playOn();
        } else {
            return false;
        }
    } catch (const std::exception& error) {
        listener_.failed(error.what());
        if (isPlaying_) stopPlaying();
    }
    return true;
}

std::optional<Clock::time_point> RecoveryWorker::due() const {
    if (!isPlaying_ || info_.isLive || !frame_ || opening_.valid() || !orders_.isEmpty()) return std::nullopt;
    return playStart_ + seconds(frame_->time + (info_.frameRate > 0 ? 1 / info_.frameRate : 0));
}

void RecoveryWorker::openSource(const std::string& specification) {
    opening_ = {};
    if (info_.isLive || specification.empty()) closeSource();  // a camera cannot be opened twice
    if (specification.empty()) return;
    openingWhat_ = specification;
    opening_ = beginOpening(specification);
}

/// What else is wanted is wanted of the new source, but for the models: they load while a stream makes up its mind.
void RecoveryWorker::awaitSource() {
    if (opening_.wait_for(kMoment) == std::future_status::ready) {
        takeSource(opening_.get());  // what cannot be opened leaves the source that is shown as it is
    } else if (auto models = std::exchange(orders_.models, std::nullopt)) {
        loadModels(*models);
    }
}

void RecoveryWorker::takeSource(std::unique_ptr<FrameSource> opened) {
    const auto start = Clock::now();
    std::optional<Frame> first;
    if (!opened->isLive()) {
        first = opened->next();
        if (!first) throw Error(openingWhat_ + " holds no pictures");
    }
    closeSource();
    decodeMilliseconds_ = millisecondsSince(start);
    source_ = std::move(opened);
    info_ = {openingWhat_, source_->name(), source_->isLive(), source_->frameRate() > 0 && !source_->isLive(),
             source_->numFrames(), source_->frameRate()};
    listener_.sourceOpened(info_);
    if (first) {
        showFrame(std::move(*first));
        if (!orders_.recover) orders_.recover.emplace();
    } else {
        live_ = std::make_unique<LiveReader>(source_);
        isPlaying_ = true;
        listener_.playingChanged(true);
    }
}

void RecoveryWorker::closeSource() {
    live_.reset();
    source_.reset();
    info_ = {};
    hasEnded_ = false;
    frame_.reset();
    shown_.reset();
    boxesByHand_.clear();
    ids_.forget();
    if (engine_) engine_->reset();
    if (isPlaying_) stopPlaying();
}

/// The picture alone, so that there is something to see while its people are recovered.
void RecoveryWorker::showFrame(Frame frame) {
    frame_ = std::move(frame);
    hasEnded_ = false;
    shown_ = sharedPicture(frame_->picture, kLongestShownSide);
    playStart_ = Clock::now() - seconds(frame_->time);
    FrameEstimate estimate;
    estimate.frame = *frame_;
    deliver(std::move(estimate), false);
}

void RecoveryWorker::loadModels(const ModelSettings& settings) {
    LoadedModels models = loader_(settings);
    engine_ = std::move(models.engine);
    listener_.modelsLoaded(models.body, models.device, models.warning);
    if (frame_ && !isPlaying_ && !orders_.recover) orders_.recover.emplace();
}

void RecoveryWorker::goTo(int frameIndex, bool pictureOnly) {
    if (!source_ || !frame_ || info_.isLive) return;
    const bool isNext = frameIndex == frame_->index + 1;
    if (!isNext && !source_->seek(frameIndex)) {
        throw Error(info_.name + " cannot be wound to another frame; play it from the start");
    }
    auto frame = nextFrame();
    if (!frame) return end();
    showFrame(std::move(*frame));
    if (pictureOnly) return;
    if (!isNext || !isMotion() || !engine_) {
        if (!orders_.recover) orders_.recover.emplace();
    } else {
        deliver(engine_->follow(*frame_, boxesByHand_), true);
    }
}

void RecoveryWorker::recoverFrame(const WorkOrders::Recover& order) {
    if (!frame_ || !engine_) return;
    boxesByHand_.clear();
    for (const PersonBox& box : order.boxes) boxesByHand_.push_back(box.box);
    if (!order.known.empty()) ids_.expect(order.known);
    ids_.restartTracks();
    engine_->reset();
    if (order.byHand && boxesByHand_.empty()) {  // the last box was deleted: nobody, not everybody
        FrameEstimate nobody;
        nobody.frame = *frame_;
        deliver(std::move(nobody), true);
        return;
    }
    deliver(isMotion() ? engine_->follow(*frame_, boxesByHand_) : engine_->recover(*frame_, boxesByHand_), true);
}

std::optional<Frame> RecoveryWorker::nextFrame() {
    const auto start = Clock::now();
    auto frame = source_->next();
    decodeMilliseconds_ = millisecondsSince(start);
    return frame;
}

std::optional<Frame> RecoveryWorker::nextFrameInTime() {
    if (live_) {
        std::optional<Frame> frame;
        if (live_->take(frame) == LiveReader::State::Ended) stopPlaying();
        return frame;
    }
    auto frame = nextFrame();
    // A network slower than the video skips frames to keep its pace, at most half a second at a time.
    const double period = info_.frameRate > 0 ? 1 / info_.frameRate : 0;
    for (int skipped = 0; frame && period > 0 && skipped * period < 0.5; ++skipped) {
        if (Clock::now() < playStart_ + seconds(frame->time + period)) break;
        auto later = nextFrame();
        if (!later) break;
        frame = std::move(later);
    }
    if (!frame) end();
    return frame;
}

void RecoveryWorker::playOn() {
    auto frame = nextFrameInTime();
    if (!frame) return;
    frame_ = std::move(frame);
    shown_ = sharedPicture(frame_->picture, kLongestShownSide);
    if (!live_ && Clock::now() > playStart_ + seconds(frame_->time + 0.5)) playStart_ = Clock::now() - seconds(frame_->time);
    if (engine_) {
        deliver(engine_->follow(*frame_, boxesByHand_), true);
    } else {
        FrameEstimate estimate;
        estimate.frame = *frame_;
        deliver(std::move(estimate), false);
    }
}

void RecoveryWorker::deliver(FrameEstimate estimate, bool isRecovered) {
    if (isRecovered) ids_.assign(estimate.people);
    estimate.request = request_;
    estimate.milliseconds["decode"] = decodeMilliseconds_;
    listener_.frameReady({std::make_shared<const FrameEstimate>(std::move(estimate)), shown_, isRecovered});
}

/// Playing on from here begins anew.
void RecoveryWorker::end() {
    hasEnded_ = true;
    stopPlaying();
}

void RecoveryWorker::stopPlaying() {
    isPlaying_ = false;
    listener_.playingChanged(false);
}

}  // namespace hmr
