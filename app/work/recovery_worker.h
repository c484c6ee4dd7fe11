// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/editing/person_ids.h"
#include "app/session.h"
#include "app/work/recovery_engine.h"

namespace hmr {

/// What is known of an opened source.
struct SourceInfo {
    std::string specification, name;
    bool isLive = false;
    bool isVideo = false;  ///< frames follow each other in time
    int numFrames = 0;     ///< 0: unknown
    double frameRate = 0;
};

/// What the window asks for. An order that is set replaces an older one of its kind that nobody has begun.
struct WorkOrders {
    std::optional<ModelSettings> models;
    std::optional<std::string> source;          ///< to open; empty text closes
    std::optional<int> frame;                   ///< to go to
    bool pictureOnly = false;                   ///< of that frame: its people are known already
    struct Recover {
        std::vector<PersonBox> boxes;           ///< by hand; empty unless byHand
        bool byHand = false;
        std::vector<PersonBox> known;           ///< who is in the frame now, so that identities stay
    };
    std::optional<Recover> recover;             ///< look at the current frame again
    std::optional<bool> playing;
    std::uint64_t request = 0;                  ///< number of the newest order, carried by every result

    bool isEmpty() const { return !models && !source && !frame && !recover && !playing; }
    void merge(WorkOrders newer);
};

/// Where the worker's results go; called on the worker's thread.
struct WorkListener {
    std::function<void(std::shared_ptr<const BodyModel> body, const std::string& device, const std::string& warning)> modelsLoaded;
    std::function<void(const SourceInfo&)> sourceOpened;
    std::function<void(FrameResult)> frameReady;
    std::function<void(const std::string& message)> failed;
    std::function<void(bool isPlaying)> playingChanged;
};

class LiveReader;

/// The work behind the window, one step at a time; blocking, without Qt, used by one thread.
class RecoveryWorker {
public:
    RecoveryWorker(ModelLoader loader, WorkListener listener);
    ~RecoveryWorker();

    void take(WorkOrders orders);
    /// Does the next thing there is to do. False: nothing to do. Failures go to the listener.
    bool step();
    /// When the next step is due (a playing video keeps its pace); nothing: at once.
    std::optional<std::chrono::steady_clock::time_point> due() const;

private:
    void openSource(const std::string& specification);
    void awaitSource();
    void takeSource(std::unique_ptr<FrameSource> opened);
    void closeSource();
    void showFrame(Frame frame);
    void loadModels(const ModelSettings& settings);
    void goTo(int frameIndex, bool pictureOnly = false);
    void recoverFrame(const WorkOrders::Recover& order);
    void playOn();
    std::optional<Frame> nextFrame();
    std::optional<Frame> nextFrameInTime();
    void deliver(FrameEstimate estimate, bool isRecovered);
    void end();
    void stopPlaying();
    bool isMotion() const { return info_.isLive || info_.isVideo; }

    ModelLoader loader_;
    WorkListener listener_;
    WorkOrders orders_;
    std::uint64_t request_ = 0;
    std::unique_ptr<RecoveryEngine> engine_;
    std::string openingWhat_;
    std::future<std::unique_ptr<FrameSource>> opening_;  ///< valid while a source is being opened; dropped, it ends alone
    std::shared_ptr<FrameSource> source_;
    std::unique_ptr<LiveReader> live_;
    SourceInfo info_;
    std::optional<Frame> frame_;                 ///< the frame that is shown
    std::shared_ptr<const Picture> shown_;       ///< and its picture for the screen
    double decodeMilliseconds_ = 0;
    std::vector<PixelBox> boxesByHand_;
    PersonIds ids_;
    bool isPlaying_ = false, hasEnded_ = false;
    std::chrono::steady_clock::time_point playStart_;  ///< wall time at which frame time 0 would have been shown
};

}  // namespace hmr
