// SPDX-License-Identifier: MIT
#include "app/motion/smoothing_strengths.h"

#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QSignalBlocker>
#include <algorithm>

#include "app/editing/joint_angles.h"
#include "body/motion/cleanup.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

constexpr double kStrengthStep = 0.25;
constexpr double kMixed = -kStrengthStep;  // shown by a part whose joints differ

/// The groups of the pose panel, but the head apart from the trunk that carries it.
std::vector<JointGroup> strengthGroups() {
    std::vector<JointGroup> groups = jointGroups();
    groups.front() = {"Trunk", {0, 3, 6, 9}};
    groups.insert(groups.begin() + 1, {"Head", {12, 15}});
    return groups;
}

}  // namespace

SmoothingStrengths::SmoothingStrengths(QWidget* parent) : QTreeWidget(parent), joints_(kNumSmplJoints) {
    setObjectName("smoothingStrengths");
    setToolTip(tr("How strongly each part is smoothed, or each joint of an opened part: times the window's length; 0 leaves it as it is"));
    setHeaderLabels({tr("Part or joint"), tr("Strength")});
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    header()->setStretchLastSection(false);
    setSelectionMode(QAbstractItemView::NoSelection);
    for (const auto& [name, joints] : strengthGroups()) {
        auto* row = new QTreeWidgetItem(this);
        const QString title = QString::fromStdString(name);
        const Part part{addRow(row, title, "strength_" + title.toLower().replace(' ', '_')), joints};
        part.field->setMinimum(kMixed);
        part.field->setSpecialValueText(tr("mixed"));
        part.field->setValue(1);
        for (const int joint : joints) {
            const std::string jointName(kSmplJointNames[static_cast<std::size_t>(joint)]);
            auto* field = addRow(new QTreeWidgetItem(row), QString::fromStdString(jointLabel(jointName)), "jointStrength_" + QString::fromStdString(jointName));
            joints_[static_cast<std::size_t>(joint)] = field;
            connect(field, &QDoubleSpinBox::valueChanged, this, [this, part] { showPart(part); });
        }
        connect(part.field, &QDoubleSpinBox::valueChanged, this, [this, part](double strength) {
            if (strength < 0) return part.field->setValue(0);  // one step below 0
            for (const int joint : part.joints) {
                const QSignalBlocker quiet(joints_[static_cast<std::size_t>(joint)]);
                joints_[static_cast<std::size_t>(joint)]->setValue(strength);
            }
        });
    }
}

QDoubleSpinBox* SmoothingStrengths::addRow(QTreeWidgetItem* item, const QString& label, const QString& name) {
    item->setText(0, label);
    auto* field = new QDoubleSpinBox;
    field->setObjectName(name);
    field->setRange(0, kMostSmoothingStrength);
    field->setSingleStep(kStrengthStep);
    field->setDecimals(2);
    field->setPrefix("× ");
    field->setValue(1);
    field->setFrame(false);
    setItemWidget(item, 1, field);
    return field;
}

/// A part shows its joints' strength where they have one in common.
void SmoothingStrengths::showPart(const Part& part) const {
    const double first = joints_[static_cast<std::size_t>(part.joints.front())]->value();
    const bool isCommon = std::all_of(part.joints.begin(), part.joints.end(), [&](int joint) { return joints_[static_cast<std::size_t>(joint)]->value() == first; });
    const QSignalBlocker quiet(part.field);
    part.field->setValue(isCommon ? first : kMixed);
}

std::vector<double> SmoothingStrengths::jointStrength() const {
    std::vector<double> strengths;
    for (const QDoubleSpinBox* field : joints_) strengths.push_back(field->value());
    return strengths;
}

}  // namespace hmr
