// SPDX-License-Identifier: MIT
#include "training/training_session.h"

#include <ostream>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "network/detector_network.h"
#include "training/training_data.h"

namespace hmr {

void keepFreedMemory() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

void runTrainingSession(const TrainingSessionOptions& options, std::stop_token stop, std::ostream& terminal) {
    keepFreedMemory();
    const auto dataFolder = options.dataFolder.empty() ? options.config.parent_path() : options.dataFolder;
    TrainingConfig config = readTrainingConfig(options.config, dataFolder);
    if (options.minutes > 0) config.minutes = options.minutes;
    const auto folder = options.folder.empty() ? std::filesystem::path("runs") / config.name : options.folder;
    const auto group = joinProcessGroup(processPlace(options.nodes, options.rank, options.master), trainingDevice(config));
    Trainer trainer(config, openTrainingData(config), folder, options.resume, terminal, group.get());
    terminal << config.name << ": " << (config.task == "detector" ? kDetectorArchitecture : config.architecture) << ", " << trainer.learner().numParameters() / 1000
             << " thousand parameters, batch " << config.batch << " on " << trainer.learner().device().str() << "\n"
             << "stop with Ctrl+C; go on with: hmr train " << options.config.string() << " -o " << folder.string() << " --resume"
             << std::endl;
    trainer.run(stop);
}

}  // namespace hmr
