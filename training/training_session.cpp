// SPDX-License-Identifier: MIT
#include "training/training_session.h"

#include <ostream>

#include "training/training_data.h"

namespace hmr {

void runTrainingSession(const TrainingSessionOptions& options, std::stop_token stop, std::ostream& terminal) {
    const auto dataFolder = options.dataFolder.empty() ? options.config.parent_path() : options.dataFolder;
    TrainingConfig config = readTrainingConfig(options.config, dataFolder);
    if (options.minutes > 0) config.minutes = options.minutes;
    const auto folder = options.folder.empty() ? std::filesystem::path("runs") / config.name : options.folder;
    const auto group = joinProcessGroup(processPlace(options.nodes, options.rank, options.master));
    Trainer trainer(config, openTrainingData(config), folder, options.resume, terminal, group.get());
    terminal << config.name << ": " << config.architecture << ", " << countParameters(*trainer.learner().model()) / 1000
             << " thousand parameters, batch " << config.batch << " on " << trainer.learner().device().str() << "\n"
             << "stop with Ctrl+C; go on with: hmr train " << options.config.string() << " -o " << folder.string() << " --resume"
             << std::endl;
    trainer.run(stop);
}

}  // namespace hmr
