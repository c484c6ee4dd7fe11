// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>
#include <memory>

#include "app/work/background_task.h"
#include "body/motion/take_cleanup.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace hmr {

class SmoothingStrengths;

/// Chooses the filters, and how strongly each joint is smoothed; runs them over a copy of the take, shows the figures before and
/// after, and hands the result over.
class CleanupDialog : public QDialog {
    Q_OBJECT
public:
    CleanupDialog(std::shared_ptr<const BodyModel> body, Take take, FrameRange range, std::vector<int> people, QWidget* parent = nullptr);

Q_SIGNALS:
    void applied(const hmr::Take& take);

private:
    CleanupSettings settings() const;
    void run(bool applies);
    void showResult();

    std::shared_ptr<const BodyModel> body_;
    Take take_;
    FrameRange range_;
    std::vector<int> people_;
    std::shared_ptr<CleanupResult> result_;  ///< of the settings that were run last
    bool applies_ = false;
    QCheckBox *repair_, *fill_, *shape_, *smooth_, *feet_;
    QDoubleSpinBox *longestGap_, *seconds_, *rootStrength_;
    SmoothingStrengths* strengths_;
    QComboBox* shapeChoice_;
    QTableWidget* figures_;
    QProgressBar* progress_;
    QPushButton *measure_, *apply_, *cancel_;
    QLabel* failure_;
    BackgroundTask task_;
};

}  // namespace hmr
